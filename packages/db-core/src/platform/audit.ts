import * as z from 'zod';
import { type Database, outsideTransaction } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { userIdSchema } from '../database/user-id.ts';
import * as queries from './audit.repository.ts';
import { type AuditEntry, type AuditEvent, firstIdAt, newEvent, toEvent } from './audit-event.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from './input.ts';

export interface ListAuditEvents {
  /** Only what was done by this person. */
  readonly actorId?: string;
  /** Only this action. */
  readonly action?: string;
  /** Only what was done to this one thing. */
  readonly entity?: { readonly kind: string; readonly id: string };
  /** From this time on. */
  readonly from?: Date;
  /** Before this time. */
  readonly to?: Date;
  /** 1–500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

const dateSchema = z.date('must be a date');

const spanShape = { ...pageShape, from: dateSchema.optional(), to: dateSchema.optional() };
const listOfAllSchema = z.strictObject({ ...spanShape, actorId: userIdSchema.optional() });
const listSchema = z
  .strictObject({
    ...spanShape,
    actorId: userIdSchema.optional(),
    action: boundedText(100).optional(),
    entity: z.strictObject({ kind: boundedText(100), id: boundedText(255) }).optional(),
  })
  .refine(
    ({ actorId, action, entity }) => [actorId, action, entity].filter((filter) => filter !== undefined).length < 2,
    'must have one of actorId, action and entity at most',
  );

const cursorSchema = z.strictObject({ cursor: z.uuid('must be a cursor that a list gave').toLowerCase() });
/** Behind every id: a list begins with the newest. */
const AFTER_ALL_IDS = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * The record of who did what. Events can be added and read, and nothing else: a trigger refuses every change.
 *
 * @example
 * ```ts
 * const audit = new Audit(database);
 * await database.transaction('ada', async (user) => {
 *   await user.run(renameProject, { id, name });
 *   await audit.record(user, { action: 'project.renamed', entity: 'project', entityId: id, before, after });
 * });
 * const { items } = await audit.list('ada', { entity: { kind: 'project', id } });
 * ```
 */
export class Audit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Notes what was done to the rows of a handle's owner, by whoever uses the handle. Call it inside the transaction that
   * does it: then both are kept or neither.
   *
   * @throws ValidationError, or ForbiddenError through a handle that only reads
   */
  async record(user: string | UserHandle, entry: AuditEntry): Promise<void> {
    const handle = this.#database.forUser(user);
    await handle.run(queries.insert, newEvent(handle.actor, entry));
  }

  /**
   * Notes that whoever uses a handle reads the owner's things. Call it before they are read, so that nothing is read that
   * can't be noted. A handle that only reads can do it too; it isn't part of a transaction of such a handle, which writes
   * nothing.
   *
   * @throws ValidationError
   */
  async recordAccess(user: UserHandle, entry: AuditEntry): Promise<void> {
    const { userId, actor, isReadOnly, requestId } = user;
    const told = this.#database.forUser(userId, { actor });
    const event = newEvent(actor, { requestId, ...entry });
    const write = async (): Promise<void> => void (await told.run(queries.insert, event));
    await (isReadOnly ? outsideTransaction(this.#database, write) : write());
  }

  /** What was done to an owner's things, newest first; narrowed by one of actor, action and entity. */
  async list(user: string | UserHandle, input: ListAuditEvents = {}): Promise<Page<AuditEvent>> {
    const { actorId, action, entity, ...span } = parseInput(listSchema, input);
    const handle = this.#database.forUser(user);
    const page = pageParameters(span);
    const read = () => {
      if (actorId !== undefined) return handle.all(queries.listByActor, { ...page, actorId });
      if (action !== undefined) return handle.all(queries.listByAction, { ...page, action });
      if (entity !== undefined)
        return handle.all(queries.listByEntity, { ...page, entity: entity.kind, entityId: entity.id });
      return handle.all(queries.list, page);
    };
    return pageOf(await read(), span.limit, { item: toEvent, key: ({ id }) => id });
  }

  /** Everything, or all that one person did, whosever things it was done to: for those who look after the database. */
  async listOfAll(
    input: Pick<ListAuditEvents, 'actorId' | 'from' | 'to' | 'limit' | 'cursor'> = {},
  ): Promise<Page<AuditEvent>> {
    const { actorId, ...span } = parseInput(listOfAllSchema, input);
    const system = this.#database.system('audit: list');
    const page = pageParameters(span);
    const rows =
      actorId === undefined
        ? await system.all(queries.listOfAll, page)
        : await system.all(queries.listOfActor, { ...page, actorId });
    return pageOf(rows, span.limit, { item: toEvent, key: ({ id }) => id });
  }
}

interface Span {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly limit: number;
  readonly cursor?: string | null | undefined;
}

/** One row more than asked for tells whether there is another page. */
function pageParameters({ from = new Date(0), to, limit, cursor }: Span): queries.PageOfEvents {
  const end = to === undefined ? AFTER_ALL_IDS : firstIdAt(to);
  const after =
    cursor === null || cursor === undefined
      ? AFTER_ALL_IDS
      : parseInput(cursorSchema, { cursor: decodeCursor(cursor) }).cursor;
  return { from: firstIdAt(from), before: after < end ? after : end, limit: limit + 1 };
}
