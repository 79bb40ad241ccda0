import * as z from 'zod';
import { type Database, engineOf } from '../../database/database.ts';
import type { SystemHandle } from '../../database/handle.ts';
import { newId } from '../../database/ids.ts';
import { SYSTEM_OWNER } from '../../database/user-id.ts';
import { QueryError, UniqueViolationError } from '../../errors/index.ts';
import { insertJob } from '../../jobs/enqueue.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { decodeCursor, type Page, pageOf, pageShape, parseInput } from '../../platform/input.ts';
import { keptText } from '../../platform/kept.ts';
import { runStatement } from '../../schema/statements.ts';
import { type Alert, type AlertRow, isUntold, toAlert } from './alert.ts';
import * as queries from './alert.repository.ts';
import { type AlertFinding, ruleOf } from './rules.ts';

export interface ListAlerts {
  /** 1–500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

/** What was looked at, and what was found. */
export interface AlertLook {
  readonly findings: readonly AlertFinding[];
  /** Was this looked at? What fires, was looked at and wasn't found is over. */
  readonly covers: (rule: string, subject: string, seenAt: Date) => boolean;
}

export interface NotedAlerts {
  readonly fired: readonly Alert[];
  readonly resolved: readonly Alert[];
}

/** The kind of job that tells the webhook. */
export const ALERT_JOB = 'kernel.alert';

const MOST_FIRING = 500;
const LONGEST_MESSAGE = 1000;
const LONGEST_SUBJECT = 255;
const SEEN_EVERY_MS = 60_000;
/** For so long it is tried to tell of something. */
const TELL_MS = 86_400_000;
const KEPT_MS = 400 * 86_400_000;
const AFTER_ALL_IDS = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const listSchema = z.strictObject(pageShape);
const cursorSchema = z.strictObject({ cursor: z.uuid('must be a cursor that a list gave').toLowerCase() });

/**
 * What is wrong with a database, and what was. {@link watchAlerts} looks and writes it.
 *
 * @example
 * ```ts
 * const firing = await new Alerts(database).firing();
 * ```
 */
export class Alerts {
  readonly #database: Database;
  #handle: SystemHandle | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What is wrong now, by rule; at most 500. */
  async firing(): Promise<readonly Alert[]> {
    const rows = await this.#system().all(queries.listFiring, { limit: MOST_FIRING });
    return rows.map(toAlert);
  }

  /** What is wrong and what was, newest first. @throws ValidationError */
  async list(input: ListAlerts = {}): Promise<Page<Alert>> {
    const { limit, cursor } = parseInput(listSchema, input);
    const before =
      cursor === null || cursor === undefined
        ? AFTER_ALL_IDS
        : parseInput(cursorSchema, { cursor: decodeCursor(cursor) }).cursor;
    const rows = await this.#system().all(queries.list, { before, limit: limit + 1 });
    return pageOf(rows, limit, { item: toAlert, key: ({ id }) => id });
  }

  async find(id: string): Promise<Alert | undefined> {
    const row = await this.#system().first(queries.findById, { id });
    return row === undefined ? undefined : toAlert(row);
  }

  /** When the rules were looked at last; null: never. */
  async evaluatedAt(): Promise<Date | null> {
    return (await this.#system().first(queries.findWatch))?.evaluated_at ?? null;
  }

  /** Is it this process's turn to look at what concerns all? Nobody else's within this time, then. */
  async takeTurn(everyMs: number): Promise<boolean> {
    const now = new Date();
    const last = await this.evaluatedAt();
    if (last === null) return (await this.#system().first(queries.beginWatch, { now })) !== undefined;
    const before = new Date(now.getTime() - everyMs);
    // Most often it isn't, and then nothing is written.
    if (last > before && last <= now) return false;
    return (await this.#system().first(queries.takeTurn, { now, before })) !== undefined;
  }

  /**
   * Notes what was found: what is new fires, what is over is resolved, and for both a job is enqueued that tells, where
   * `tell` has one. However many processes find the same, one of them notes it.
   */
  async note({ findings, covers }: AlertLook, tell: Jobs | undefined): Promise<NotedAlerts> {
    const now = new Date();
    const known = new Map((await this.firing()).map((alert) => [keyOf(alert.rule, alert.subject), alert]));
    const fired: Alert[] = [];
    const resolved: Alert[] = [];
    for (const { rule, subject: whole, message: text } of findings) {
      const subject = keptText(whole, LONGEST_SUBJECT);
      const message = keptText(text, LONGEST_MESSAGE);
      const open = known.get(keyOf(rule, subject));
      known.delete(keyOf(rule, subject));
      if (open === undefined) {
        const { severity } = ruleOf(rule);
        const alert = { id: newId(), rule, subject, severity, message, firedAt: now, seenAt: now };
        fired.push(...(await this.#transit((system) => system.first(queries.insert, { ...alert, ...UNTOLD }), tell)));
        continue;
      }
      if (now.getTime() - open.seenAt.getTime() >= SEEN_EVERY_MS)
        await this.#system().run(queries.see, { id: open.id, message, now });
      // Its job gave up, or there was no webhook yet.
      if (isWorthTelling(open.firedAt, now) && isUntold(open)) await this.#tell(open.id, tell);
    }
    for (const { id, rule, subject, seenAt } of known.values()) {
      if (!covers(rule, subject, seenAt)) continue;
      resolved.push(...(await this.#transit((system) => system.first(queries.resolve, { id, now }), tell)));
    }
    if (fired.length > 0) await this.#system().run(queries.removeBefore, { before: new Date(now.getTime() - KEPT_MS) });
    return { fired, resolved };
  }

  /** Enters one that is over, and was told of as it says. */
  async enter(alert: Alert, tell: Jobs | undefined): Promise<void> {
    const subject = keptText(alert.subject, LONGEST_SUBJECT);
    const message = keptText(alert.message, LONGEST_MESSAGE);
    try {
      await this.#transit((system) => system.first(queries.insert, { ...alert, subject, message }), tell);
    } catch (error) {
      // It was entered before, and the answer was lost.
      if (!(error instanceof UniqueViolationError)) throw error;
    }
  }

  /** Has what ended and wasn't told be told of again. */
  async tellAgain(tell: Jobs): Promise<void> {
    const since = new Date(Date.now() - TELL_MS);
    const rows = await this.#system().all(queries.listUntold, { since, limit: MOST_FIRING });
    for (const { id } of rows) await this.#tell(id, tell);
  }

  async markTold(id: string, transition: 'firing' | 'resolved'): Promise<void> {
    const query = transition === 'firing' ? queries.markFiringTold : queries.markResolvedTold;
    await this.#system().run(query, { id, now: new Date() });
  }

  /** The change and the job that tells of it are kept together, or neither. */
  async #transit(
    write: (system: SystemHandle) => Promise<AlertRow | undefined>,
    tell: Jobs | undefined,
  ): Promise<readonly Alert[]> {
    return this.#system().transaction(async (system) => {
      const row = await write(system);
      if (row === undefined) return [];
      const alert = toAlert(row);
      if (isUntold(alert)) await this.#tell(alert.id, tell);
      return [alert];
    });
  }

  /** One job of an alert at a time: it tells whatever there is to tell, in its order. */
  async #tell(alertId: string, tell: Jobs | undefined): Promise<void> {
    if (tell === undefined) return;
    await insertJob(
      this.#database,
      { userId: SYSTEM_OWNER, kind: tell.kind(ALERT_JOB), parameters: { alertId } },
      { dedupKey: alertId },
    );
  }

  /** One handle: whoever looks twice a minute is noted in the audit once. */
  #system(): SystemHandle {
    this.#handle ??= this.#database.system('alerts: what is wrong with the database');
    return this.#handle;
  }
}

const UNTOLD = { resolvedAt: null, firingToldAt: null, resolvedToldAt: null };

function keyOf(rule: string, subject: string): string {
  return `${rule}\0${subject}`;
}

function isWorthTelling(since: Date, now: Date): boolean {
  return now.getTime() - since.getTime() < TELL_MS;
}

/** What health and figures need: it is asked also of databases that aren't ready for use, so it goes past the guard. */
export async function readFiring(database: Database): Promise<readonly Pick<Alert, FiringColumn>[]> {
  const engine = engineOf(database);
  try {
    const { rows } = await runStatement(engine, engine, {
      sql: `SELECT rule, subject, severity, message, fired_at FROM alerts WHERE resolved_at IS NULL ORDER BY rule, subject LIMIT ${MOST_FIRING}`,
    });
    return (rows as unknown as AlertRow[]).map((row) => ({
      rule: row.rule,
      subject: row.subject,
      severity: row.severity,
      message: row.message,
      firedAt: row.fired_at,
    }));
  } catch (error) {
    // No such table: its migration didn't run here.
    if (error instanceof QueryError) return [];
    throw error;
  }
}

type FiringColumn = 'rule' | 'subject' | 'severity' | 'message' | 'firedAt';
export type FiringAlert = Pick<Alert, FiringColumn>;
