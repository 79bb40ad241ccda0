import type { Engine } from '../../engine/contract.ts';
import { quoteName } from '../../schema/identifiers.ts';
import { runStatement } from '../../schema/statements.ts';

/**
 * Empties new tables of what their migrations put there, and takes off what stands in the way of rows that come in any
 * order: triggers and foreign keys. `back` puts them on again, and fails where a row refers to nothing.
 */
export async function constraintsAway(engine: Engine, tables: readonly string[]): Promise<{ back(): Promise<void> }> {
  const { rows: keys } = await runStatement(engine, engine, {
    sql: `SELECT c.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
           WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace AND k.conparentid = 0`,
  });
  const alter = (change: (row: (typeof keys)[number]) => string): string[] =>
    keys.map((row) => `ALTER TABLE ${quoteName(String(row['table']))} ${change(row)}`);
  const triggers = (state: string): string[] =>
    tables.map((table) => `ALTER TABLE ${quoteName(table)} ${state} TRIGGER USER`);

  await engine.exec(
    [
      ...alter((row) => `DROP CONSTRAINT ${quoteName(String(row['name']))}`),
      ...triggers('DISABLE'),
      ...tables.map((table) => `DELETE FROM ${quoteName(table)}`),
    ].join(';\n'),
  );
  return {
    back: async () => {
      await engine.exec(
        [
          ...triggers('ENABLE'),
          ...alter((row) => `ADD CONSTRAINT ${quoteName(String(row['name']))} ${String(row['definition'])}`),
          // Nobody has counted what is in them yet.
          ...tables.map((table) => `ANALYZE ${quoteName(table)}`),
        ].join(';\n'),
      );
    },
  };
}
