import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Database } from '../database/database.ts';
import type { SystemHandle } from '../database/handle.ts';
import { LOG_LEVELS, type LogLevel } from '../schema/enumerations.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from './input.ts';
import { type LogEntry, type LogLine, newEntry, toLogEntry } from './log-entry.ts';
import * as queries from './system-log.repository.ts';
import { AFTER_ALL_IDS, BEFORE_ALL_IDS, idBefore } from './time-ids.ts';

export interface FilterLogs {
  /** This level and graver ones. Default: all. */
  readonly level?: LogLevel;
  readonly logger?: string;
  readonly requestId?: string;
  /** In the message; A to Z in either case. */
  readonly text?: string;
}

export interface ListLogs extends FilterLogs {
  readonly since?: Date;
  /** Exclusive. */
  readonly until?: Date;
  /** 1–500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

export interface FollowLogs extends FilterLogs {
  readonly signal: AbortSignal;
  /** Default: from now on. */
  readonly since?: Date;
  /** How often it looks, in milliseconds. Default: 500. */
  readonly pollMs?: number;
}

const POLL_MS = 500;
const FOLLOW_PAGE = 500;
/** Lines of other processes come late, by as long as they gather them, and sort before what was seen by then. */
const LATE_MS = 15_000;

const line = z.strictObject({
  level: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  message: z.string('must be text'),
  logger: z.string('must be text').optional(),
  requestId: z.string('must be text').nullish(),
  jobId: z.uuid('must be a UUID').nullish(),
  sessionId: z.uuid('must be a UUID').nullish(),
  details: z.unknown().optional(),
  stack: z.string('must be text').nullish(),
  at: z.date('must be a date').optional(),
});

const filterShape = {
  level: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('DEBUG'),
  logger: boundedText(200).optional(),
  requestId: boundedText(200).optional(),
  text: boundedText(500).optional(),
};

const listSchema = z.strictObject({
  ...pageShape,
  ...filterShape,
  since: z.date('must be a date').optional(),
  until: z.date('must be a date').optional(),
});
const followSchema = z.strictObject(filterShape);
const idSchema = z.strictObject({ cursor: z.uuid('must be a cursor that a list gave') });
const linesSchema = z.strictObject({ lines: z.array(line) });

type Filters = z.output<typeof followSchema>;

/**
 * What the programs said, kept in the database so that it can be found by request, level and text from anywhere.
 *
 * @example
 * ```ts
 * const logs = new SystemLogs(database);
 * await logs.write([{ level: 'ERROR', logger: 'import', message: 'The feed is broken.', details: { line: 7 } }]);
 * const { items } = await logs.list({ level: 'WARNING', requestId });
 * ```
 */
export class SystemLogs {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps the lines, all or none. @throws ValidationError for what isn't a line */
  async write(lines: readonly LogLine[]): Promise<void> {
    const valid = parseInput(linesSchema, { lines });
    await this.#system('write').runMany(
      queries.insert,
      valid.lines.map((each) => newEntry(each as LogLine)),
    );
  }

  /** Newest first. */
  async list(input: ListLogs = {}): Promise<Page<LogEntry>> {
    const { limit, cursor, since, until, ...filters } = parseInput(listSchema, input);
    const end = until === undefined ? AFTER_ALL_IDS : idBefore(until);
    const last =
      cursor === null || cursor === undefined
        ? AFTER_ALL_IDS
        : parseInput(idSchema, { cursor: decodeCursor(cursor) }).cursor;
    const rows = await this.#page(filters, {
      after: since === undefined ? BEFORE_ALL_IDS : idBefore(since),
      before: last < end ? last : end,
      levels: levelsFrom(filters.level),
      pattern: patternOf(filters.text),
      limit: limit + 1,
    });
    return pageOf(rows, limit, { item: toLogEntry, key: (row) => row.id });
  }

  /** Lines as they come, oldest first, until `signal`. */
  async *follow({ signal, since = new Date(), pollMs = POLL_MS, ...input }: FollowLogs): AsyncIterable<LogEntry> {
    const filters = parseInput(followSchema, input);
    const seen = new Map<string, Date>();
    while (!signal.aborted) {
      const from = new Date(Math.max(since.getTime(), Date.now() - LATE_MS));
      for (const [id, at] of seen) if (at < from) seen.delete(id);
      for await (const entry of this.#after(seen.size === 0 ? since : from)) {
        if (seen.has(entry.id)) continue;
        seen.set(entry.id, entry.at);
        if (matches(entry, filters)) yield entry;
      }
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #page({ level, logger, requestId }: Filters, page: queries.PageOfEntries) {
    const system = this.#system('list');
    if (requestId !== undefined && logger !== undefined)
      return system.all(queries.listOfRequestAndLogger, { ...page, requestId, logger });
    if (requestId !== undefined) return system.all(queries.listOfRequest, { ...page, requestId });
    if (logger !== undefined) return system.all(queries.listOfLogger, { ...page, logger });
    return level === 'DEBUG' ? system.all(queries.list, page) : this.#pageOfLevels(system, page);
  }

  /** Each level has its own place in the index; the newest of all of them are the page. */
  async #pageOfLevels(system: SystemHandle, page: queries.PageOfEntries) {
    const found = [];
    for (const level of page.levels) found.push(...(await system.all(queries.listOfLevel, { ...page, level })));
    return found.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, page.limit);
  }

  async *#after(since: Date): AsyncIterable<LogEntry> {
    const system = this.#system('follow');
    let after = idBefore(since);
    for (;;) {
      const rows = await system.all(queries.listAfter, { after, limit: FOLLOW_PAGE });
      yield* rows.map(toLogEntry);
      const last = rows.at(-1);
      if (last === undefined || rows.length < FOLLOW_PAGE) return;
      after = last.id;
    }
  }

  #system(reason: string): SystemHandle {
    return this.#database.system(`logs: ${reason}`);
  }
}

function levelsFrom(level: LogLevel): readonly LogLevel[] {
  return LOG_LEVELS.slice(LOG_LEVELS.indexOf(level));
}

/** As both engines' `lower` does it. */
function folded(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function patternOf(text: string | undefined): string {
  return text === undefined ? '%' : `%${folded(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

function matches(entry: LogEntry, { level, logger, requestId, text }: Filters): boolean {
  return (
    levelsFrom(level).includes(entry.level) &&
    (logger === undefined || entry.logger === logger) &&
    (requestId === undefined || entry.requestId === requestId) &&
    (text === undefined || folded(entry.message).includes(folded(text)))
  );
}
