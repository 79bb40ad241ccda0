import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import * as z from 'zod';
import { InternalError, type KeelsonError } from '../../errors/index.ts';
import { mapSqliteError } from './errors.ts';

/**
 * A connection that does nothing but checkpoints, and waits for nobody. A string, so that sources, bundles and tests need
 * no file of its own for it. The driver must be the very one of this process: SQLite's locks are the process's, and a second
 * copy of SQLite would not know of them and would give them back with the first file that it closes.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const { driver, path, synchronous } = workerData;
const failureOf = (error) => ({ failure: { code: String(error.code), message: String(error.message) } });
let database;
try {
  database = new (require(driver))(path, { fileMustExist: true, timeout: 0 });
  database.pragma('query_only = ON');
  database.pragma('trusted_schema = OFF');
  database.pragma('synchronous = ' + synchronous);
  database.pragma('cache_size = -256');
  parentPort.on('message', (task) => {
    if (task === 'close') {
      database.close();
      parentPort.close();
      return;
    }
    try {
      // Where another process is at it, that does as well.
      database.pragma('wal_checkpoint(PASSIVE)');
      parentPort.postMessage({});
    } catch (error) {
      parentPort.postMessage(failureOf(error));
    }
  });
  parentPort.postMessage({});
} catch (error) {
  database?.close();
  parentPort.postMessage(failureOf(error));
  parentPort.close();
}`;

const answerSchema = z.object({ failure: z.object({ code: z.string(), message: z.string() }).optional() });

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: KeelsonError) => void;
}

/** A thread that does checkpoints, one at a time. It keeps no process alive, except while somebody waits for it. */
export class CheckpointThread {
  /** Fulfilled when its connection is open; rejected if it can't be. */
  readonly ready: Promise<void>;
  readonly #path: string;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #waiter: Waiter | undefined;
  #isOver = false;

  /** @throws what keeps Node from starting a thread */
  constructor({ path, synchronous }: { readonly path: string; readonly synchronous: 'normal' | 'full' }) {
    this.#path = path;
    const driver = createRequire(import.meta.url).resolve('better-sqlite3');
    this.#worker = new Worker(PROGRAM, {
      eval: true,
      name: 'keelson-checkpoints',
      workerData: { driver, path, synchronous },
      // What this process was started with is meant for its own program.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    });
    this.#ended = this.#follow();
    // Not before somebody listens to it: that would take it back.
    this.#worker.unref();
    this.ready = this.#answer();
  }

  get isBusy(): boolean {
    return this.#waiter !== undefined;
  }

  /** Has it ended, of itself or because it was closed? */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Copies what is in the log by now, as far as nobody reads what was before. Not to be called while it is busy. */
  async checkpoint(): Promise<void> {
    if (this.#isOver) throw ended();
    this.#tell('checkpoint');
    await this.#answer();
  }

  /** The process doesn't end while somebody waits for this. */
  async waitFor<T>(work: Promise<T>): Promise<T> {
    this.#worker.ref();
    try {
      return await work;
    } finally {
      this.#worker.unref();
    }
  }

  /** Fulfilled when its connection is closed; what it is at is done first. */
  async close(): Promise<void> {
    this.#tell('close');
    await this.waitFor(this.#ended);
  }

  #tell(task: 'checkpoint' | 'close'): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread isn't a window
    this.#worker.postMessage(task);
  }

  #answer(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #taken(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }

  #follow(): Promise<void> {
    let cause: unknown;
    return new Promise((resolve) => {
      this.#worker.on('message', (message: unknown) => {
        const { failure } = answerSchema.parse(message);
        if (failure === undefined) this.#taken()?.resolve();
        else this.#taken()?.reject(failureOf(failure, this.#path));
      });
      this.#worker.on('error', (error: unknown) => {
        cause = error;
      });
      this.#worker.on('exit', () => {
        this.#isOver = true;
        this.#taken()?.reject(ended(cause));
        resolve();
      });
    });
  }
}

function ended(cause?: unknown): KeelsonError {
  return new InternalError('The thread for checkpoints has ended.', { cause });
}

function failureOf({ code, message }: { readonly code: string; readonly message: string }, path: string): KeelsonError {
  return mapSqliteError(new Database.SqliteError(message, code), path);
}
