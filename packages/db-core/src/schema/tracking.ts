import { createHash } from 'node:crypto';
import type { EngineKind } from '../engine/contract.ts';
import { quoteName, quoteText } from './identifiers.ts';

/** How the change log writes down what was done. */
export const OPERATIONS = { insert: 1, update: 2, delete: 3 } as const;

/**
 * What a table is called in the change log: 31 bits made from its name, so that it is known before the database is, and
 * the same in every database. Two tables of one number can't both be registered.
 */
function tableNumber(table: string): number {
  return createHash('sha256').update(table).digest().readUInt32BE() >>> 1;
}

/** The statements after which every change of the table is in the change log, in the transaction that makes it. */
export function trackSql(engine: EngineKind, table: string): string[] {
  const register = `INSERT INTO change_tables (number, name) VALUES (${tableNumber(table)}, ${quoteText(table)}) ON CONFLICT (name) DO NOTHING`;
  return [register, ...dropTriggersSql(engine, table), ...(engine === 'sqlite' ? sqlite(table) : postgres(table))];
}

export function untrackSql(engine: EngineKind, table: string): string[] {
  return [...dropTriggersSql(engine, table), `DELETE FROM change_tables WHERE number = ${tableNumber(table)}`];
}

/** By the engine: PostgreSQL knows TRUNCATE besides. */
export function triggersOf(engine: EngineKind, table: string): string[] {
  const kinds = ['insert', 'update', 'delete', 'moved', ...(engine === 'sqlite' ? [] : ['truncate'])];
  return kinds.map((kind) => `${table}_track_${kind}`);
}

function dropTriggersSql(engine: EngineKind, table: string): string[] {
  const place = engine === 'sqlite' ? '' : ` ON ${quoteName(table)}`;
  return triggersOf(engine, table).map((name) => `DROP TRIGGER IF EXISTS ${quoteName(name)}${place}`);
}

/** A row that gets another key is gone under the old one. */
const MOVED = 'OLD.user_id <> NEW.user_id OR OLD.id <> NEW.id';

/** One row after the other: SQLite has no other triggers. */
function sqlite(table: string): string[] {
  const record = (operation: keyof typeof OPERATIONS, row: 'NEW' | 'OLD'): string =>
    `INSERT INTO change_log (table_number, operation, key, user_id, at, transaction_id) VALUES ` +
    `(${tableNumber(table)}, ${OPERATIONS[operation]}, ` +
    `${row}.id, ${row}.user_id, CAST(unixepoch('subsec') * 1000 + 0.5 AS INTEGER), 0);`;
  const trigger = (kind: string, event: string, body: string): string =>
    `CREATE TRIGGER ${quoteName(`${table}_track_${kind}`)} AFTER ${event} BEGIN ${body} END`;
  const on = `ON ${quoteName(table)}`;
  return [
    trigger('insert', `INSERT ${on}`, record('insert', 'NEW')),
    trigger('update', `UPDATE ${on}`, record('update', 'NEW')),
    trigger('delete', `DELETE ${on}`, record('delete', 'OLD')),
    trigger('moved', `UPDATE OF user_id, id ${on} WHEN ${MOVED}`, record('delete', 'OLD')),
  ];
}

/** Once a statement, over all the rows that it changed; the functions came with the change log. */
function postgres(table: string): string[] {
  const trigger = (kind: string, event: string, call: string): string =>
    `CREATE TRIGGER ${quoteName(`${table}_track_${kind}`)} ${event} EXECUTE FUNCTION ${call}`;
  const on = `ON ${quoteName(table)}`;
  const number = tableNumber(table);
  const record = (operation: keyof typeof OPERATIONS): string =>
    `keelson_record_changes(${number}, ${OPERATIONS[operation]})`;
  return [
    trigger('insert', `AFTER INSERT ${on} REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT`, record('insert')),
    trigger('update', `AFTER UPDATE ${on} REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT`, record('update')),
    trigger('delete', `AFTER DELETE ${on} REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT`, record('delete')),
    trigger(
      'moved',
      `AFTER UPDATE OF user_id, id ${on} FOR EACH ROW WHEN (${MOVED})`,
      `keelson_record_moved_key(${number})`,
    ),
    trigger('truncate', `BEFORE TRUNCATE ${on} FOR EACH STATEMENT`, `keelson_record_truncation(${number})`),
  ];
}
