import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';
import { type Database, outsideTransaction } from '../database/database.ts';
import { DatabaseClosedError, IntegrityError, ValidationError } from '../errors/index.ts';
import { newEntry } from './log-entry.ts';
import { fromPinoLine } from './pino-line.ts';
import * as queries from './system-log.repository.ts';

export interface LogStreamOptions {
  /** What lines without a name of their own are said by. Default: `keelson`. */
  readonly logger?: string;
  /** How long lines are gathered at most, in milliseconds. Default: 500. */
  readonly flushMs?: number;
  /** How many lines go into the database at once. Default: 200. */
  readonly batchSize?: number;
  /** How many lines wait at most; what comes beyond is counted and not kept. Default: 5,000. */
  readonly maxLines?: number;
  /** How many characters wait at most. Default: 8 million. */
  readonly maxCharacters?: number;
  /** Told once when lines can't be kept any more, and again only after they could. Default: a line on stderr. */
  readonly onTrouble?: (error: Error) => void;
}

const LONGEST_PAUSE_MS = 30_000;
/** A line of more characters is cut by the table's bounds anyhow. */
const LONGEST_LINE = 262_144;

/** Set while a stream writes: what is logged because of that must not be written in turn, or it would never end. */
const writing = new AsyncLocalStorage<true>();

/**
 * A destination for pino that keeps its lines in the database. It never holds up or fails the program: lines are gathered
 * and written in the background, and while the database doesn't answer they wait, up to a bound.
 *
 * @example
 * ```ts
 * const stream = new LogStream({ logger: 'api' });
 * const logger = pino({ level: 'info' }, pino.multistream([{ stream: process.stderr }, { level: 'warn', stream }]));
 * const database = openDatabase();
 * stream.attach(database);
 * // …
 * await stream.close();
 * await database.close();
 * ```
 */
export class LogStream {
  readonly #options: Required<LogStreamOptions>;
  /** Timers begin here, and not in the request or transaction that happened to log first. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #database: Database | undefined;
  #waiting: string[] = [];
  /** Taken from those that wait, and not known to be kept. */
  #sending: readonly queries.NewEntry[] | undefined;
  #characters = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #failures = 0;
  #isClosed = false;

  constructor({
    logger = 'keelson',
    flushMs = 500,
    batchSize = 200,
    maxLines = 5000,
    maxCharacters = 8_000_000,
    onTrouble = tellStderr,
  }: LogStreamOptions = {}) {
    this.#options = { logger, flushMs, batchSize, maxLines, maxCharacters, onTrouble };
  }

  /** Where the lines go. What was said before waits until then. */
  attach(database: Database): void {
    this.#database = database;
    this.#schedule();
  }

  /** Takes one line. */
  write(text: string): void {
    if (this.#isClosed || writing.getStore() === true) return;
    const { maxLines, maxCharacters, batchSize } = this.#options;
    const line = text.length > LONGEST_LINE ? text.slice(0, LONGEST_LINE) : text;
    if (this.#waiting.length >= maxLines || this.#characters + line.length > maxCharacters) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#characters += line.length;
    if (this.#waiting.length >= batchSize && this.#failures === 0) void this.flush();
    else this.#schedule();
  }

  /** How many lines were lost since that was last noted in the log itself. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Writes what waits, as far as the database takes it. Never throws. */
  flush(): Promise<void> {
    this.#flushing ??= this.#outside(() => writing.run(true, () => this.#flush())).finally(() => {
      this.#flushing = undefined;
      this.#schedule();
    });
    return this.#flushing;
  }

  /** Writes what waits, once, and takes no more. To be called before the database is closed. */
  async close(): Promise<void> {
    await this.flush();
    // What came while that was under way.
    if (this.#waiting.length > 0 && this.#failures === 0) await this.flush();
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    const isDue = this.#sending !== undefined || this.#waiting.length > 0 || this.#dropped > 0;
    if (this.#timer !== undefined || this.#isClosed || this.#database === undefined || !isDue) return;
    const pause = Math.min(LONGEST_PAUSE_MS, this.#options.flushMs * 2 ** Math.min(this.#failures, 16));
    this.#outside(() => {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.flush();
      }, pause);
      // Nothing that is only logged keeps a program from ending.
      this.#timer.unref();
    });
  }

  async #flush(): Promise<void> {
    const database = this.#database;
    if (database === undefined) return;
    while (this.#sending !== undefined || this.#waiting.length > 0 || this.#dropped > 0) {
      // A batch keeps its ids, so that one whose commit was uncertain is there once.
      this.#sending ??= this.#nextBatch();
      const batch = this.#sending;
      if (!(await outsideTransaction(database, () => this.#send(database, batch)))) return;
      this.#sending = undefined;
    }
  }

  #nextBatch(): readonly queries.NewEntry[] {
    const { batchSize, logger } = this.#options;
    const texts = this.#waiting.splice(0, batchSize);
    this.#characters -= texts.reduce((sum, text) => sum + text.length, 0);
    const lines = texts.map((text) => fromPinoLine(text, logger));
    if (this.#dropped > 0) lines.push({ level: 'WARNING', logger, message: `${this.#dropped} log lines were lost.` });
    this.#dropped = 0;
    return lines.map(newEntry);
  }

  /** Are these lines off our hands? */
  async #send(database: Database, batch: readonly queries.NewEntry[]): Promise<boolean> {
    try {
      await database.system('logs: write').runMany(queries.insert, batch);
      this.#failures = 0;
      return true;
    } catch (error) {
      const known = error instanceof Error ? error : new Error(String(error));
      if (this.#failures === 0) this.#options.onTrouble(known);
      this.#failures += 1;
      if (known instanceof DatabaseClosedError) this.#isClosed = true;
      // What the database will never take must not stand in the way of what comes after it.
      const isHopeless = known instanceof IntegrityError || known instanceof ValidationError;
      if (isHopeless) this.#dropped += batch.length > 1 ? batch.length : 0;
      return isHopeless;
    }
  }
}

function tellStderr(error: Error): void {
  process.stderr.write(
    `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg: `log lines cannot be kept in the database: ${error.message}` })}\n`,
  );
}
