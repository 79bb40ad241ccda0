import * as z from 'zod';
import type { SystemHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import type { RowOf } from '../database/query.ts';
import type { UserId } from '../database/user-id.ts';
import * as queries from './audit.repository.ts';
import { type By, parseBy } from './by.ts';
import { digestOf } from './digest.ts';
import { boundedText, parseInput } from './input.ts';

/** What somebody did. */
export interface AuditEvent {
  readonly id: string;
  /** The owner of what it was done to. */
  readonly userId: UserId;
  /** Who did it; another than the owner where somebody acted for an organisation. */
  readonly actorId: UserId;
  readonly action: string;
  readonly entity: string;
  readonly entityId: string | null;
  readonly requestId: string | null;
  /** SHA-256 of what it was before, and of what it is since. */
  readonly beforeDigest: string | null;
  readonly afterDigest: string | null;
  /** How often, where events are gathered. */
  readonly times: number;
  readonly at: Date;
}

export interface AuditEntry {
  /** `thing.done`, such as `member.added`; at most 100 characters. */
  readonly action: string;
  /** What kind of thing it was done to; at most 100 characters. */
  readonly entity: string;
  /** Which one; at most 255 characters. */
  readonly entityId?: string | null;
  readonly requestId?: string | null;
  /** The thing before and since. Only digests of their JSON are kept. */
  readonly before?: unknown;
  readonly after?: unknown;
}

const entrySchema = z.strictObject({
  action: z
    .string('must be text')
    .max(100, 'must have at most 100 characters')
    .regex(/^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*$/, 'must be `thing.done`, in lower case'),
  entity: boundedText(100),
  entityId: boundedText(255).nullish(),
  requestId: boundedText(255).nullish(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

/** An entry as it is stored. @throws ValidationError */
export function newEvent(actorId: string, entry: AuditEntry): queries.NewEvent {
  const { action, entity, entityId = null, requestId = null, before, after } = parseInput(entrySchema, entry);
  const id = newId();
  return {
    id,
    actorId,
    action,
    entity,
    entityId,
    requestId,
    beforeDigest: before === undefined ? null : digestOf(before),
    afterDigest: after === undefined ? null : digestOf(after),
    times: 1,
    at: timeOf(id),
  };
}

/** Writes what was done to an owner's things by the system handle: in its transaction, so that both are kept or neither. */
export async function recordFor(
  system: SystemHandle,
  { by, userId, ...entry }: AuditEntry & { readonly by: By; readonly userId: string },
): Promise<void> {
  const { userId: actorId, requestId } = parseBy(by);
  await system.run(queries.insertFor, { ...newEvent(actorId, { requestId, ...entry }), userId });
}

/** The time in a UUIDv7. */
function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** The first id that a time can have. */
export function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

type EventRow = NonNullable<RowOf<(typeof queries.listOfAll)['row']>>;

export function toEvent(row: EventRow): AuditEvent {
  return {
    id: row.id,
    userId: row.user_id as UserId,
    actorId: row.actor_id as UserId,
    action: row.action,
    entity: row.entity,
    entityId: row.entity_id,
    requestId: row.request_id,
    beforeDigest: row.before_digest,
    afterDigest: row.after_digest,
    times: row.times,
    at: row.created_at,
  };
}
