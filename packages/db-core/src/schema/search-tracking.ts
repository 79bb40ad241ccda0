import type { EngineKind } from '../engine/contract.ts';
import { quoteName, quoteText } from './identifiers.ts';

/** Which columns of a table are searched. */
export interface SearchTracking {
  /** What its rows are called in search: the `kind` of the search source. */
  readonly kind: string;
  /** The columns whose text is searched. */
  readonly texts: readonly string[];
  /** Other columns on which it depends whether a row is found, such as a status. */
  readonly alsoOn?: readonly string[];
}

/**
 * The statements after which every change of what is searched leaves a mark, in the transaction that makes it. A mark is
 * a row of its own and nothing is ever changed in it: writers wait for no indexer, nor for each other.
 */
export function trackSearchSql(engine: EngineKind, table: string, tracking: SearchTracking): string[] {
  const body = engine === 'sqlite' ? sqlite(table, tracking) : postgres(table, tracking);
  return [...dropSql(engine, table), ...body, markAllSql(engine, table, tracking)];
}

export function untrackSearchSql(engine: EngineKind, table: string): string[] {
  return dropSql(engine, table);
}

/** By the engine: PostgreSQL knows TRUNCATE besides. */
export function searchTriggersOf(engine: EngineKind, table: string): string[] {
  const kinds = ['insert', 'update', 'delete', ...(engine === 'sqlite' ? [] : ['truncate'])];
  return kinds.map((kind) => `${table}_search_${kind}`);
}

function dropSql(engine: EngineKind, table: string): string[] {
  if (engine === 'sqlite')
    return searchTriggersOf(engine, table).map((name) => `DROP TRIGGER IF EXISTS ${quoteName(name)}`);
  return [
    ...searchTriggersOf(engine, table).map(
      (name) => `DROP TRIGGER IF EXISTS ${quoteName(name)} ON ${quoteName(table)}`,
    ),
    `DROP FUNCTION IF EXISTS ${functionOf(table)}()`,
  ];
}

const COLUMNS = '(user_id, id, kind, entity_id, size, created_at)';
const MOVED = 'OLD.user_id <> NEW.user_id OR OLD.id <> NEW.id';

/** A time-ordered UUID and the time it was made from. */
const NOW: Record<EngineKind, string> = {
  sqlite: `CAST(unixepoch('subsec') * 1000 + 0.5 AS INTEGER)`,
  postgres: 'statement_timestamp()',
};
const NEW_ID: Record<EngineKind, string> = {
  sqlite:
    `lower(printf('%08x-%04x-7', ${NOW.sqlite} >> 16, ${NOW.sqlite} & 65535) || substr(hex(randomblob(2)), 2) || '-8' || ` +
    `substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`,
  postgres:
    `overlay(overlay(gen_random_uuid()::text PLACING '7' FROM 15) PLACING ` +
    `regexp_replace(lpad(to_hex((extract(epoch FROM statement_timestamp()) * 1000)::bigint), 12, '0'), '(.{8})', '\\1-') FROM 1)::uuid`,
};

/** Bytes of a row's searched text: what it costs to index it, known without reading it. */
function sizeOf(texts: readonly string[], row: string): string {
  return texts.map((column) => `coalesce(octet_length(${row}${quoteName(column)}), 0)`).join(' + ');
}

/** Rows that are there already. They are marked under their own ids, so that doing it again adds nothing. */
function markAllSql(engine: EngineKind, table: string, { kind, texts }: SearchTracking): string {
  const size = sizeOf(texts, '');
  return (
    `INSERT INTO search_marks ${COLUMNS} SELECT user_id, id, ${quoteText(kind)}, id, ${size}, ${NOW[engine]} ` +
    `FROM ${quoteName(table)} WHERE ${size} > 0 ON CONFLICT (user_id, id) DO NOTHING`
  );
}

/** Only what is searched: an update of a counter leaves no mark. */
function watched({ texts, alsoOn = [] }: SearchTracking): string {
  return ['user_id', 'id', ...texts, ...alsoOn].map((column) => quoteName(column)).join(', ');
}

function differs(engine: EngineKind, { texts, alsoOn = [] }: SearchTracking): string {
  const isNot = engine === 'sqlite' ? 'IS NOT' : 'IS DISTINCT FROM';
  const columns = [...texts, ...alsoOn].map((column) => `OLD.${quoteName(column)} ${isNot} NEW.${quoteName(column)}`);
  return [...columns, MOVED].join(' OR ');
}

function sqlite(table: string, tracking: SearchTracking): string[] {
  const { kind, texts } = tracking;
  const mark = (row: 'NEW' | 'OLD', where = ''): string =>
    `INSERT INTO search_marks ${COLUMNS} SELECT ${row}.user_id, ${NEW_ID.sqlite}, ${quoteText(kind)}, ${row}.id, ` +
    `${sizeOf(texts, `${row}.`)}, ${NOW.sqlite}${where};`;
  const trigger = (operation: string, event: string, body: string): string =>
    `CREATE TRIGGER ${quoteName(`${table}_search_${operation}`)} AFTER ${event} BEGIN ${body} END`;
  const on = `ON ${quoteName(table)}`;
  return [
    trigger('insert', `INSERT ${on} WHEN ${sizeOf(texts, 'NEW.')} > 0`, mark('NEW')),
    trigger(
      'update',
      `UPDATE OF ${watched(tracking)} ${on} WHEN ${differs('sqlite', tracking)}`,
      `${mark('NEW')} ${mark('OLD', ` WHERE ${MOVED}`)}`,
    ),
    trigger('delete', `DELETE ${on}`, mark('OLD')),
  ];
}

function functionOf(table: string): string {
  return quoteName(`keelson_mark_${table}`);
}

/** One function for each table: its statements are planned once, where a general one would build them at each call. */
function postgres(table: string, tracking: SearchTracking): string[] {
  const { kind, texts } = tracking;
  const marks = (from: string, where = ''): string =>
    `INSERT INTO search_marks ${COLUMNS} SELECT user_id, ${NEW_ID.postgres}, ${quoteText(kind)}, id, ` +
    `${sizeOf(texts, '')}, ${NOW.postgres} FROM ${from}${where};`;
  const trigger = (operation: string, event: string): string =>
    `CREATE TRIGGER ${quoteName(`${table}_search_${operation}`)} ${event} EXECUTE FUNCTION ${functionOf(table)}()`;
  const on = `ON ${quoteName(table)}`;
  return [
    `CREATE FUNCTION ${functionOf(table)}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    ${marks('new_rows', ` WHERE ${sizeOf(texts, '')} > 0`)}
  ELSIF TG_OP = 'DELETE' THEN
    ${marks('old_rows')}
  ELSIF TG_OP = 'TRUNCATE' THEN
    ${marks(quoteName(table))}
  ELSE
    ${marks('(SELECT NEW.*) AS changed')}
    IF ${MOVED} THEN
      ${marks('(SELECT OLD.*) AS moved')}
    END IF;
  END IF;
  RETURN NULL;
END
$$`,
    trigger('insert', `AFTER INSERT ${on} REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT`),
    // A trigger of some columns only can't see the rows of the whole statement.
    trigger(
      'update',
      `AFTER UPDATE OF ${watched(tracking)} ${on} FOR EACH ROW WHEN (${differs('postgres', tracking)})`,
    ),
    trigger('delete', `AFTER DELETE ${on} REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT`),
    trigger('truncate', `BEFORE TRUNCATE ${on} FOR EACH STATEMENT`),
  ];
}
