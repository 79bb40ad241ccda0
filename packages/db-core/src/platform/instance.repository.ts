import { defineSystemQuery } from '../database/query.ts';
import type { InstanceKind } from '../schema/enumerations.ts';

const columns = ['id', 'kind', 'host', 'pid', 'app_version', 'schema_version', 'started_at', 'last_seen_at'] as const;

export interface NewInstance {
  readonly id: string;
  readonly kind: InstanceKind;
  readonly host: string;
  readonly pid: number;
  readonly appVersion: string;
  readonly schemaVersion: string;
  readonly startedAt: Date;
  readonly now: Date;
}

/** Also the heartbeat of one that was taken for gone: it is there again. */
export const upsert = defineSystemQuery('instances.upsert', (db, p: NewInstance) =>
  db
    .insertInto('app_instances')
    .values({
      id: p.id,
      kind: p.kind,
      host: p.host,
      pid: p.pid,
      app_version: p.appVersion,
      schema_version: p.schemaVersion,
      started_at: p.startedAt,
      last_seen_at: p.now,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ last_seen_at: p.now })),
);

export const remove = defineSystemQuery('instances.remove', (db, p: { id: string }) =>
  db.deleteFrom('app_instances').where('id', '=', p.id),
);

/** Those that were heard of since then, the one that was heard of longest ago first. */
export const listSince = defineSystemQuery('instances.listSince', (db, p: { since: Date; limit: number }) =>
  db
    .selectFrom('app_instances')
    .select(columns)
    .where('last_seen_at', '>', p.since)
    .orderBy('last_seen_at')
    .limit(p.limit),
);

export const removeBefore = defineSystemQuery('instances.removeBefore', (db, p: { before: Date }) =>
  db.deleteFrom('app_instances').where('last_seen_at', '<=', p.before),
);
