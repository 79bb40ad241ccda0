import type { EngineKind } from '../engine/contract.ts';
import { OWNER_POLICY, USER_SETTING } from '../engine/marks.ts';
import { quoteName } from './identifiers.ts';

/**
 * The statements after which PostgreSQL lets a role that doesn't own the table reach the rows of one user only: the one
 * that the session names, and nobody's while it names none. The owner isn't held by it, so that nothing changes for a
 * program that doesn't ask for row security. SQLite has no such thing.
 */
export function protectSql(engine: EngineKind, table: string): string[] {
  if (engine === 'sqlite') return [];
  const condition = `(user_id = current_setting('${USER_SETTING}', true))`;
  return [
    `ALTER TABLE ${quoteName(table)} ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY ${OWNER_POLICY} ON ${quoteName(table)} USING ${condition} WITH CHECK ${condition}`,
  ];
}

export function unprotectSql(engine: EngineKind, table: string): string[] {
  if (engine === 'sqlite') return [];
  return [
    `DROP POLICY ${OWNER_POLICY} ON ${quoteName(table)}`,
    `ALTER TABLE ${quoteName(table)} DISABLE ROW LEVEL SECURITY`,
  ];
}
