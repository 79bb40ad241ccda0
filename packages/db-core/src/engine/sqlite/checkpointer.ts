import { CheckpointThread } from './checkpoint-thread.ts';
import type { SqliteConnection } from './connection.ts';
import { isBusy } from './errors.ts';

/** A process that has written less does without a thread, which takes some 30 ms to start and 15 MB. */
const START_PAGES = 4000;
/** Before there is a thread: so many turns of the writer from one look at the log to the next. */
const LOOK_EVERY_TURNS = 16;
/** With a thread: so long. */
const LOOK_EVERY_MS = 50;

/** Less isn't worth waking the disk for. */
const WORTH_PAGES = 1000;

/**
 * A log only begins anew once all of it is in the file and nobody has written meanwhile. From this length on the writer
 * rests for that, a moment, without keeping the event loop.
 */
const REST_PAGES = 8000;
/**
 * Where a rest hadn't that effect, because another process writes or somebody reads, the next one comes so much later and
 * keeps the others from writing.
 */
const REST_AGAIN_PAGES = 2000;

/** Beyond this the writer does it itself, in its commits: 64 MiB, to which SQLite cuts a longer log anyway. */
const MOST_PAGES = 16_000;
/** The same without a thread; SQLite's own number. */
const PAGES_WITHOUT_THREAD = 1000;

export interface CheckpointerOptions {
  readonly writer: SqliteConnection;
  readonly synchronous: 'normal' | 'full';
  /** Told when the thread can't do what it is there for, and not again until it could. */
  readonly onError: (error: Error) => void;
}

/**
 * Has the write-ahead log written back on a thread. SQLite does that in the commit that makes the log too long: it copies a
 * thousand pages and waits for the disk twice, and the event loop waits with it.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  /** `without`: SQLite does it in commits, because there can't be a thread. */
  #phase: 'not yet' | 'starting' | 'running' | 'without' | 'closed' = 'not yet';
  #thread: CheckpointThread | undefined;
  /** What the thread is at; never rejected. */
  #work: Promise<void> = Promise.resolve();
  #turns = 0;
  #lastLength: number | undefined;
  #written = 0;
  #lookedAt = 0;
  #restFrom = REST_PAGES;
  #hasFailed = false;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  /** After each turn of the writer. Gives what the next turn is to wait for, if anything; that is never rejected. */
  afterTurn(): Promise<void> | undefined {
    try {
      if (this.#phase === 'not yet') this.#considerThread();
      return this.#phase === 'running' ? this.#considerWork() : undefined;
    } catch (error) {
      this.#tell(error);
      return undefined;
    }
  }

  /** Fulfilled when the thread is at nothing. It begins nothing while the writer's turn is taken. */
  async idle(): Promise<void> {
    await this.#thread?.waitFor(this.#work);
  }

  /** Fulfilled when the thread's connection is closed. To be called before the writer's is: whoever closes last tidies up. */
  async close(): Promise<void> {
    this.#phase = 'closed';
    await this.#thread?.close();
  }

  #considerThread(): void {
    this.#turns += 1;
    if (this.#turns % LOOK_EVERY_TURNS > 0 || this.#options.writer.inTransaction) return;
    const { length } = this.#log();
    // What is there at the first look may be others'.
    const before = this.#lastLength ?? length;
    this.#lastLength = length;
    // It has begun anew where it is shorter than before, and will with the next turn where it is long.
    this.#written += length < before || length >= PAGES_WITHOUT_THREAD ? length : length - before;
    if (this.#written >= START_PAGES) this.#work = this.#start();
  }

  async #start(): Promise<void> {
    const { writer, synchronous } = this.#options;
    this.#phase = 'starting';
    try {
      this.#thread = new CheckpointThread({ path: writer.path, synchronous });
      await this.#thread.ready;
      if (this.#phase !== 'starting') return;
      writer.pragma(`wal_autocheckpoint = ${MOST_PAGES}`);
      this.#phase = 'running';
    } catch (error) {
      this.#goOnWithout(error);
    }
  }

  #considerWork(): Promise<void> | undefined {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS || this.#options.writer.inTransaction) return undefined;
    this.#lookedAt = now;
    const { length, copied } = this.#log();
    if (length < REST_PAGES) this.#restFrom = REST_PAGES;
    if (length >= this.#restFrom) return this.#rest(length);
    if (length - copied >= WORTH_PAGES) this.#checkpoint();
    return undefined;
  }

  async #rest(length: number): Promise<void> {
    const { writer } = this.#options;
    const isAgain = this.#restFrom > REST_PAGES;
    this.#restFrom = length + REST_AGAIN_PAGES;
    try {
      // Others who write can't be asked to rest; whoever has the lock keeps them from it.
      if (isAgain) this.#lock();
      await this.idle();
      this.#checkpoint();
      await this.idle();
      if (writer.inTransaction) writer.control('ROLLBACK');
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Unless somebody else has the lock just now. */
  #lock(): void {
    try {
      this.#options.writer.control('BEGIN IMMEDIATE');
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }

  #checkpoint(): void {
    const thread = this.#thread;
    if (thread?.isBusy === false) this.#work = this.#run(thread);
  }

  async #run(thread: CheckpointThread): Promise<void> {
    try {
      await thread.checkpoint();
      this.#hasFailed = false;
    } catch (error) {
      if (thread.isOver) this.#goOnWithout(error);
      else this.#tell(error);
    }
  }

  /** In pages: how far the log goes, and how much of it is in the file. */
  #log(): { readonly length: number; readonly copied: number } {
    const [row] = this.#options.writer.rows('PRAGMA wal_checkpoint(NOOP)');
    return { length: Number(row?.['log']), copied: Number(row?.['checkpointed']) };
  }

  #goOnWithout(error: unknown): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'without';
    this.#options.writer.pragma(`wal_autocheckpoint = ${PAGES_WITHOUT_THREAD}`);
    this.#tell(error);
  }

  #tell(error: unknown): void {
    if (!this.#hasFailed) this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    this.#hasFailed = true;
  }
}
