import { defineQuery, defineSystemQuery } from '../database/query.ts';
import type { SettingType } from '../schema/enumerations.ts';

const columns = [
  'id',
  'key',
  'value',
  'data_type',
  'description',
  'category',
  'is_required',
  'is_secret',
  'pattern',
  'secret_key_id',
  'created_at',
  'updated_at',
  'version',
] as const;

interface Stored {
  readonly value: string | null;
  readonly secretKeyId: string | null;
  readonly now: Date;
}

interface Definition extends Stored {
  readonly dataType: SettingType;
  readonly description: string | null;
  readonly category: string | null;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  readonly pattern: string | null;
}

/** Gives nothing when there is one of this key. */
export const insert = defineQuery('settings.insert', (db, p: Definition & { id: string; key: string }) =>
  db
    .insertInto('settings')
    .values({
      id: p.id,
      key: p.key,
      value: p.value,
      data_type: p.dataType,
      description: p.description,
      category: p.category,
      is_required: p.isRequired,
      is_secret: p.isSecret,
      pattern: p.pattern,
      secret_key_id: p.secretKeyId,
      created_at: p.now,
      updated_at: p.now,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'key']).doNothing())
    .returning(columns),
);

/** Only while the row is the one that was read. */
export const define = defineQuery('settings.define', (db, p: Definition & { id: string; version: number }) =>
  db
    .updateTable('settings')
    .set((eb) => ({
      value: p.value,
      data_type: p.dataType,
      description: p.description,
      category: p.category,
      is_required: p.isRequired,
      is_secret: p.isSecret,
      pattern: p.pattern,
      secret_key_id: p.secretKeyId,
      updated_at: p.now,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', p.id)
    .where('version', '=', p.version)
    .returning(columns),
);

/** Only while the row is the one that was read. */
export const setValue = defineQuery('settings.setValue', (db, p: Stored & { id: string; version: number }) =>
  db
    .updateTable('settings')
    .set((eb) => ({
      value: p.value,
      secret_key_id: p.secretKeyId,
      updated_at: p.now,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', p.id)
    .where('version', '=', p.version)
    .returning(columns),
);

export const findByKey = defineQuery('settings.findByKey', (db, p: { key: string }) =>
  db.selectFrom('settings').select(columns).where('key', '=', p.key),
);

export const list = defineQuery('settings.list', (db, p: { after: string; limit: number }) =>
  db.selectFrom('settings').select(columns).where('key', '>', p.after).orderBy('key').limit(p.limit),
);

export const remove = defineQuery('settings.remove', (db, p: { id: string; version: number }) =>
  db.deleteFrom('settings').where('id', '=', p.id).where('version', '=', p.version).returning('id'),
);

/** Values of every owner that one key sealed, after the last one that was looked at. */
export const listSealedWith = defineSystemQuery(
  'settings.listSealedWith',
  (db, p: { keyId: string; afterUser: string; afterId: string; limit: number }) =>
    db
      .selectFrom('settings')
      .select(['user_id', 'id', 'key', 'value'])
      .where('secret_key_id', '=', p.keyId)
      .where((eb) => eb(eb.refTuple('user_id', 'id'), '>', eb.tuple(p.afterUser, p.afterId)))
      .orderBy('user_id')
      .orderBy('id')
      .limit(p.limit),
);

/** The value stays what it is, so the version stays too. */
export const reseal = defineSystemQuery(
  'settings.reseal',
  (db, p: { userId: string; id: string; old: string; value: string; secretKeyId: string }) =>
    db
      .updateTable('settings')
      .set({ value: p.value, secret_key_id: p.secretKeyId })
      .where('user_id', '=', p.userId)
      .where('id', '=', p.id)
      .where('value', '=', p.old),
);

export const countSealedBelow = defineSystemQuery('settings.countSealedBelow', (db, p: { keyId: string }) =>
  db
    .selectFrom('settings')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('secret_key_id', '<', p.keyId),
);

export const countSealedAbove = defineSystemQuery('settings.countSealedAbove', (db, p: { keyId: string }) =>
  db
    .selectFrom('settings')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('secret_key_id', '>', p.keyId),
);
