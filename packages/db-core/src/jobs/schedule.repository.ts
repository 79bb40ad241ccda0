import { defineSystemQuery } from '../database/query.ts';
import type { JsonValue } from '../schema/json.ts';

const columns = [
  'id',
  'user_id',
  'name',
  'kind',
  'parameters',
  'expression',
  'time_zone',
  'is_enabled',
  'next_run_at',
  'last_run_at',
  'last_job_id',
  'created_at',
  'updated_at',
  'version',
] as const;

interface Written {
  readonly userId: string;
  readonly name: string;
  readonly kind: string;
  readonly parameters: JsonValue;
  readonly expression: string;
  readonly timeZone: string;
  readonly isEnabled: boolean;
  readonly nextRunAt: Date | null;
  readonly now: Date;
}

/** Gives nothing when its owner has one of this name. */
export const insert = defineSystemQuery('schedules.insert', (db, p: Written & { id: string }) =>
  db
    .insertInto('schedules')
    .values({
      id: p.id,
      user_id: p.userId,
      name: p.name,
      kind: p.kind,
      parameters: p.parameters,
      expression: p.expression,
      time_zone: p.timeZone,
      is_enabled: p.isEnabled,
      next_run_at: p.nextRunAt,
      created_at: p.now,
      updated_at: p.now,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'name']).doNothing())
    .returning(columns),
);

/** Held until the transaction ends. */
export const findForUpdate = defineSystemQuery('schedules.findForUpdate', (db, p: { userId: string; name: string }) =>
  db.selectFrom('schedules').select(columns).where('user_id', '=', p.userId).where('name', '=', p.name).forUpdate(),
);

export const update = defineSystemQuery('schedules.update', (db, p: Written) =>
  db
    .updateTable('schedules')
    .set((eb) => ({
      kind: p.kind,
      parameters: p.parameters,
      expression: p.expression,
      time_zone: p.timeZone,
      is_enabled: p.isEnabled,
      next_run_at: p.nextRunAt,
      updated_at: p.now,
      version: eb('version', '+', 1),
    }))
    .where('user_id', '=', p.userId)
    .where('name', '=', p.name)
    .returning(columns),
);

export const list = defineSystemQuery('schedules.list', (db, p: { userId: string; after: string; limit: number }) =>
  db
    .selectFrom('schedules')
    .select(columns)
    .where('user_id', '=', p.userId)
    .where('name', '>', p.after)
    .orderBy('name')
    .limit(p.limit),
);

export const remove = defineSystemQuery('schedules.remove', (db, p: { userId: string; name: string }) =>
  db.deleteFrom('schedules').where('user_id', '=', p.userId).where('name', '=', p.name),
);

/** Looks without a lock. */
export const anyDue = defineSystemQuery('schedules.anyDue', (db, p: { now: Date; kinds: readonly string[] }) =>
  db.selectFrom('schedules').select('id').where('next_run_at', '<=', p.now).where('kind', 'in', p.kinds).limit(1),
);

/** The one that has been due for longest, held until the transaction ends. */
export const nextDue = defineSystemQuery('schedules.nextDue', (db, p: { now: Date; kinds: readonly string[] }) =>
  db
    .selectFrom('schedules')
    .select(columns)
    .where('next_run_at', '<=', p.now)
    .where('kind', 'in', p.kinds)
    .orderBy('next_run_at')
    .limit(1)
    .forUpdate()
    .skipLocked(),
);

export const noteRun = defineSystemQuery(
  'schedules.noteRun',
  (db, p: { id: string; jobId: string; nextRunAt: Date | null; now: Date }) =>
    db
      .updateTable('schedules')
      .set({ next_run_at: p.nextRunAt, last_run_at: p.now, last_job_id: p.jobId })
      .where('id', '=', p.id),
);
