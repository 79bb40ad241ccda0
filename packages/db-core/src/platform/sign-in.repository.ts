import { defineSystemQuery } from '../database/query.ts';

/** Counts one attempt and holds its row until the transaction ends. Failures that are long ago don't count. */
export const count = defineSystemQuery('signIns.count', (db, p: { key: string; now: Date; forgottenBefore: Date }) =>
  db
    .insertInto('sign_in_failures')
    .values({ key: p.key, failures: 1, last_failed_at: p.now })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        failures: eb
          .case()
          .when('sign_in_failures.last_failed_at', '<', p.forgottenBefore)
          .then(1)
          .else(eb('sign_in_failures.failures', '+', 1))
          .end(),
        last_failed_at: p.now,
      })),
    )
    .returning(['failures', 'blocked_until']),
);

export const block = defineSystemQuery('signIns.block', (db, p: { key: string; until: Date }) =>
  db.updateTable('sign_in_failures').set({ blocked_until: p.until }).where('key', '=', p.key),
);

export const erase = defineSystemQuery('signIns.erase', (db, p: { keys: readonly string[] }) =>
  db.deleteFrom('sign_in_failures').where('key', 'in', p.keys),
);

export const findOld = defineSystemQuery('signIns.findOld', (db, p: { before: Date; limit: number }) =>
  db
    .selectFrom('sign_in_failures')
    .select('key')
    .where('last_failed_at', '<', p.before)
    .orderBy('last_failed_at')
    .limit(p.limit),
);
