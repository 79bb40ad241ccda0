import { writeFile } from 'node:fs/promises';
import { type AsideStatement, runAside } from './aside.ts';
import { literal, quoted, quotedAll } from './quote.ts';

/** A table of a file, without what is computed from other columns. */
export interface FileTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The tables of a file that no extension made. */
export async function tablesOfFile(path: string, signal?: AbortSignal): Promise<readonly FileTable[]> {
  const sql = `SELECT m.name AS "table", p.name AS "column" FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS p
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND p.hidden = 0
    ORDER BY m.name, p.cid`;
  const [rows = []] = await runAside({ path, statements: [{ sql }], signal });
  return [...Map.groupBy(rows, (row) => String(row['table']))].map(([name, columns]) => ({
    name,
    columns: columns.map((row) => String(row['column'])),
  }));
}

/** A table whose rows are told apart by the beginning of their ids, or not at all. */
export interface PartedTable extends FileTable {
  readonly length: number;
}

/** What a part of a table holds, in few characters. */
export interface FilePart {
  readonly table: string;
  readonly part: string;
  readonly digest: string;
}

/** As many digests as the tables have parts. */
export async function partsOfFile(
  path: string,
  tables: readonly PartedTable[],
  signal?: AbortSignal,
): Promise<readonly FilePart[]> {
  const statements = tables.map((table) => ({ sql: partsSql('main', table) }));
  return (await runAside({ path, statements, signal })).flat().map(toPart);
}

function partsSql(schema: string, { name, columns, length }: PartedTable): string {
  const [part, group] = length === 0 ? [`''`, ''] : [`substr(id, 1, ${length})`, 'GROUP BY 2'];
  return `SELECT ${literal(name)} AS table_name, ${part} AS part, keelson_digest(${quotedAll(columns)}) AS digest
    FROM ${schema}.${quoted(name)} ${group}`;
}

function toPart(row: Record<string, unknown>): FilePart {
  return { table: String(row['table_name']), part: String(row['part']), digest: String(row['digest']) };
}

export interface CopyChanges {
  readonly source: string;
  /** A file that isn't there yet. */
  readonly target: string;
  /** The number of the last entry of the change log that the copy before this one had. */
  readonly after: number;
  readonly tracked: readonly FileTable[];
  readonly parted: readonly PartedTable[];
  /** What the parts were in the copy before. */
  readonly before: readonly FilePart[];
  /** What the two tables are called that say which rows, and which parts, aren't as they were. */
  readonly changesTable: string;
  readonly partsTable: string;
  /** What the change log calls somebody who was erased, before the id of the erasure. */
  readonly pseudonymPrefix: string;
  readonly signal?: AbortSignal | undefined;
}

/** What the database was at that moment. */
export interface CopiedChanges {
  readonly epoch: string;
  readonly pruned: number;
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[];
  readonly counts: readonly { readonly name: string; readonly rows: number }[];
  readonly parts: readonly FilePart[];
  /** Of whoever was erased: rows of theirs are among those that have changed. */
  readonly erased: readonly { readonly id: string; readonly salt: string; readonly ownerHash: string }[];
}

/**
 * Copies what has changed into a file of its own, as it is at one moment: all that is read is read in one transaction.
 * Nobody waits for it.
 */
export async function copyChanges(options: CopyChanges): Promise<CopiedChanges> {
  const { source, target, after, tracked, parted, before, signal } = options;
  await writeFile(target, '', { flag: 'wx', mode: 0o600 });
  const [changes, parts] = [quoted(options.changesTable), quoted(options.partsTable)];
  const whole = [...tracked, ...parted].map(
    ({ name }) => `SELECT ${literal(name)} AS name, count(*) AS rows FROM src.${quoted(name)}`,
  );
  const asked: AsideStatement[] = [
    { sql: 'SELECT id AS epoch, pruned_seq AS pruned FROM src.change_epoch' },
    { sql: `SELECT name, checksum FROM src.schema_migrations WHERE state = 'applied' ORDER BY position, name` },
    { sql: 'SELECT table_name, part, digest FROM now' },
    {
      sql: `SELECT id, salt, owner_hash FROM src.erasures WHERE ? || id IN (SELECT user_id FROM main.${changes})`,
      values: [options.pseudonymPrefix],
    },
    // SQLite takes up to 500 in one.
    ...chunks(whole, 100).map((some) => ({ sql: some.join(' UNION ALL ') })),
  ];
  const made = [
    { sql: 'ATTACH ? AS src', values: [source] },
    { sql: 'PRAGMA main.journal_mode = OFF' },
    { sql: 'PRAGMA main.synchronous = OFF' },
    { sql: 'BEGIN' },
    {
      sql: `CREATE TABLE main.${changes} AS SELECT DISTINCT t.name AS table_name, l.user_id, l.key AS id
              FROM src.change_log AS l JOIN src.change_tables AS t ON t.number = l.table_number WHERE l.seq > ${after}`,
    },
    { sql: 'CREATE TEMP TABLE now (table_name TEXT, part TEXT, digest TEXT)' },
    ...parted.map((table) => ({ sql: `INSERT INTO now ${partsSql('src', table)}` })),
    { sql: 'CREATE TEMP TABLE before (table_name TEXT, part TEXT, digest TEXT)' },
    {
      sql: `INSERT INTO before SELECT value ->> 'table', value ->> 'part', value ->> 'digest' FROM json_each(?)`,
      values: [JSON.stringify(before)],
    },
    {
      sql: `CREATE TABLE main.${parts} AS
              SELECT table_name, part FROM (SELECT * FROM now EXCEPT SELECT * FROM before)
              UNION SELECT table_name, part FROM (SELECT * FROM before EXCEPT SELECT * FROM now)`,
    },
    ...tracked.map(({ name, columns }) => ({
      sql: `CREATE TABLE main.${quoted(name)} AS SELECT ${columns.map((column) => `s.${quoted(column)}`).join(', ')}
              FROM main.${changes} AS c CROSS JOIN src.${quoted(name)} AS s ON s.user_id = c.user_id AND s.id = c.id
             WHERE c.table_name = ${literal(name)}`,
    })),
    ...parted.map(({ name, columns, length }) => ({
      sql: `CREATE TABLE main.${quoted(name)} AS SELECT ${quotedAll(columns)} FROM src.${quoted(name)}
             WHERE ${length === 0 ? `''` : `substr(id, 1, ${length})`} IN
                   (SELECT part FROM main.${parts} WHERE table_name = ${literal(name)})`,
    })),
  ];
  const statements = [...made, ...asked, { sql: 'COMMIT' }];
  const results = await runAside({ path: target, readonly: false, statements, signal });
  const [epochs = [], migrations = [], now = [], erased = [], ...counts] = results.slice(made.length);
  return {
    epoch: String(epochs[0]?.['epoch']),
    pruned: Number(epochs[0]?.['pruned']),
    migrations: migrations.map((row) => ({ name: String(row['name']), checksum: String(row['checksum']) })),
    parts: now.map(toPart),
    erased: erased.map((row) => ({
      id: String(row['id']),
      salt: String(row['salt']),
      ownerHash: String(row['owner_hash']),
    })),
    counts: counts.flat().map((row) => ({ name: String(row['name']), rows: Number(row['rows']) })),
  };
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
