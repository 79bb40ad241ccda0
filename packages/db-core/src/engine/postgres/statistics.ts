import { escapeIdentifier } from 'pg';
import type { Plan } from '../contract.ts';
import type { Session } from './session.ts';

const state: Plan = {
  name: 'statistics',
  sql: 'SELECT reltuples < 0 AS are_missing, pg_relation_size(oid) < 262144 AS is_small FROM pg_class WHERE oid = to_regclass($1)',
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

/** Tables that have statistics, by connection. */
const known = new WeakMap<Session, Set<string>>();

/**
 * Takes the first statistics of a table, once it has some hundred rows, before many more come into it. To a server that has none one index
 * is as good as another: its plans, those of foreign keys among them, may read all of a user's rows for each that comes.
 * Autovacuum would take them within a minute, but not of what isn't committed yet.
 */
export async function takeFirstStatistics(session: Session, table: string): Promise<void> {
  const tables = known.get(session) ?? new Set<string>();
  known.set(session, tables);
  if (tables.has(table)) return;
  const name = escapeIdentifier(table);
  const { rows } = await session.execute(state, [name]);
  const { are_missing: areMissing, is_small: isSmall } = rows[0] ?? {};
  if (isSmall === true) return;
  tables.add(table);
  // Who may not do it is only warned, and whoever is at it already does it for everybody.
  if (areMissing === true) await session.text(`analyze (skip_locked) ${name}`);
}
