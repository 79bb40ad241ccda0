import { defineQuery, defineSystemQuery } from '../database/query.ts';

const columns = [
  'user_id',
  'id',
  'actor_id',
  'action',
  'entity',
  'entity_id',
  'request_id',
  'before_digest',
  'after_digest',
  'times',
  'created_at',
] as const;

export interface NewEvent {
  readonly id: string;
  readonly actorId: string;
  readonly action: string;
  readonly entity: string;
  readonly entityId: string | null;
  readonly requestId: string | null;
  readonly beforeDigest: string | null;
  readonly afterDigest: string | null;
  readonly times: number;
  readonly at: Date;
}

export const insert = defineQuery('audit.insert', (db, p: NewEvent) =>
  db.insertInto('audit_events').values({
    id: p.id,
    actor_id: p.actorId,
    action: p.action,
    entity: p.entity,
    entity_id: p.entityId,
    request_id: p.requestId,
    before_digest: p.beforeDigest,
    after_digest: p.afterDigest,
    times: p.times,
    created_at: p.at,
  }),
);

/** For what is done to somebody's things by the system handle, in its transaction. */
export const insertFor = defineSystemQuery('audit.insertFor', (db, p: NewEvent & { userId: string }) =>
  db.insertInto('audit_events').values({
    user_id: p.userId,
    id: p.id,
    actor_id: p.actorId,
    action: p.action,
    entity: p.entity,
    entity_id: p.entityId,
    request_id: p.requestId,
    before_digest: p.beforeDigest,
    after_digest: p.afterDigest,
    times: p.times,
    created_at: p.at,
  }),
);

/** Ids carry their time, so that a span of time is a span of ids. */
export interface PageOfEvents {
  readonly from: string;
  readonly before: string;
  readonly limit: number;
}

export const list = defineQuery('audit.list', (db, p: PageOfEvents) =>
  db
    .selectFrom('audit_events')
    .select(columns)
    .where('id', '>=', p.from)
    .where('id', '<', p.before)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listByActor = defineQuery('audit.listByActor', (db, p: PageOfEvents & { actorId: string }) =>
  db
    .selectFrom('audit_events')
    .select(columns)
    .where('actor_id', '=', p.actorId)
    .where('id', '>=', p.from)
    .where('id', '<', p.before)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listByAction = defineQuery('audit.listByAction', (db, p: PageOfEvents & { action: string }) =>
  db
    .selectFrom('audit_events')
    .select(columns)
    .where('action', '=', p.action)
    .where('id', '>=', p.from)
    .where('id', '<', p.before)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listByEntity = defineQuery(
  'audit.listByEntity',
  (db, p: PageOfEvents & { entity: string; entityId: string }) =>
    db
      .selectFrom('audit_events')
      .select(columns)
      .where('entity', '=', p.entity)
      .where('entity_id', '=', p.entityId)
      .where('id', '>=', p.from)
      .where('id', '<', p.before)
      .orderBy('id', 'desc')
      .limit(p.limit),
);

export const listOfAll = defineSystemQuery('audit.listOfAll', (db, p: PageOfEvents) =>
  db
    .selectFrom('audit_events')
    .select(columns)
    .where('id', '>=', p.from)
    .where('id', '<', p.before)
    .orderBy('id', 'desc')
    .limit(p.limit),
);

export const listOfActor = defineSystemQuery('audit.listOfActor', (db, p: PageOfEvents & { actorId: string }) =>
  db
    .selectFrom('audit_events')
    .select(columns)
    .where('actor_id', '=', p.actorId)
    .where('id', '>=', p.from)
    .where('id', '<', p.before)
    .orderBy('id', 'desc')
    .limit(p.limit),
);
