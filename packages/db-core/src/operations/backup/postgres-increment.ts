import { PSEUDONYM_PREFIX, pseudonymOf } from '../../care/ledger.ts';
import type { Position } from '../../changes/position.ts';
import type { Engine, EngineTransaction } from '../../engine/contract.ts';
import { quoteName, quoteText } from '../../schema/identifiers.ts';
import { runStatement } from '../../schema/statements.ts';
import type { BackupWriter } from './file.ts';
import { BLOCKS, type Manifest, type TableParts } from './format.ts';
import { CHANGES_TABLE, changedParts, isDerived, partLength, PARTS_TABLE } from './parts.ts';
import { readRows, readSequences, type StoredTable, storedTables, type TextRow } from './postgres-rows.ts';
import { TableSums } from './sums.ts';

type Values = readonly Record<string, unknown>[];

/** What parts the untracked tables have, in a snapshot. */
export async function partsOfSnapshot(
  engine: Engine,
  snapshot: EngineTransaction,
  tables: readonly StoredTable[],
): Promise<readonly TableParts[]> {
  const tracked = await trackedIn(engine, snapshot);
  const all: TableParts[] = [];
  for (const { name } of tables) {
    if (tracked.includes(name) || isDerived(name)) continue;
    const length = partLength(name);
    const { rows } = await runStatement(engine, snapshot, {
      sql: `SELECT ${length === 0 ? `''` : `substr(id::text, 1, ${length})`} AS part,
              coalesce(sum(('x' || encode(substr(sha256(convert_to((whole_row.*)::text, 'UTF8')), 1, 7), 'hex'))::bit(56)::bigint), 0)::text AS digest
            FROM ${quoteName(name)} AS whole_row ${length === 0 ? '' : 'GROUP BY 1'}`,
    });
    all.push({ table: name, length, parts: rows.map((row) => [String(row['part']), String(row['digest'])]) });
  }
  return all;
}

async function trackedIn(engine: Engine, snapshot: EngineTransaction): Promise<readonly string[]> {
  const { rows } = await runStatement(engine, snapshot, { sql: 'SELECT name FROM change_tables ORDER BY name' });
  return rows.map((row) => String(row['name']));
}

export interface ServerState {
  readonly epoch: string;
  readonly pruned: number;
  readonly migrations: Manifest['migrations'];
}

/** What decides whether an increment can be made in this snapshot. */
export async function stateOf(engine: Engine, snapshot: EngineTransaction): Promise<ServerState> {
  const ask = async (sql: string): Promise<Values> => (await runStatement(engine, snapshot, { sql })).rows;
  const [epoch] = await ask('SELECT id AS epoch, pruned_seq AS pruned FROM change_epoch');
  const migrations = await ask(
    `SELECT name, checksum FROM schema_migrations WHERE state = 'applied' ORDER BY position, name`,
  );
  return {
    epoch: String(epoch?.['epoch']),
    pruned: Number(epoch?.['pruned']),
    migrations: migrations.map((row) => ({ name: String(row['name']), checksum: String(row['checksum']) })),
  };
}

export interface ServerIncrement {
  /** Where the backup stands from which this one goes on. */
  readonly after: Position;
  readonly before: readonly TableParts[];
  readonly onTable: (table: string) => void;
  readonly signal?: AbortSignal | undefined;
}

type Written = Required<Pick<Manifest, 'tables' | 'sequences' | 'contentBytes' | 'untracked' | 'erased' | 'counts'>>;

/** Writes which rows have changed since a position, and what they are now, as all of it is in the snapshot. */
export async function writeChanges(
  engine: Engine,
  snapshot: EngineTransaction,
  writer: BackupWriter,
  { after, before, onTable, signal }: ServerIncrement,
): Promise<Written> {
  const sums = new TableSums();
  let contentBytes = 0;
  const write = async (table: string, columns: readonly string[], rows: readonly TextRow[]): Promise<void> => {
    signal?.throwIfAborted();
    sums.enter(table);
    for (const row of rows) {
      sums.add(table, row);
      for (const value of row) contentBytes += value?.length ?? 0;
    }
    await writer.write(BLOCKS.rows, Buffer.from(JSON.stringify({ table, columns, rows })));
  };
  const writeRows = async (table: StoredTable, where: string): Promise<void> => {
    const columns = table.columns.map(({ name }) => name);
    for await (const { rows } of readRows(engine, snapshot, table, where)) await write(table.name, columns, rows);
  };

  const tables = (await storedTables(engine, snapshot)).filter(({ name }) => !isDerived(name));
  const tracked = await trackedIn(engine, snapshot);
  const untracked = await partsOfSnapshot(engine, snapshot, tables);
  const changed = changedParts(before, untracked);
  // What goes is written before anything that comes: a row may have what another one had.
  for (const [table, parts] of changed)
    if (parts.length > 0)
      await write(
        PARTS_TABLE,
        ['table_name', 'part'],
        parts.map((part) => [table, part]),
      );
  onTable('change_log');
  const log: StoredTable = {
    name: 'change_log',
    columns: [
      { name: 'user_id', type: 'text' },
      { name: 'key', type: 'text' },
    ],
  };
  const columns = ['table_name', 'user_id', 'id'];
  const pseudonyms = new Set<string>();
  for (const { name } of tables.filter((table) => tracked.includes(table.name))) {
    for await (const { rows } of readRows(
      engine,
      snapshot,
      log,
      `WHERE ${isEntry(name, after)} GROUP BY user_id, key`,
    )) {
      for (const [userId] of rows) if (userId?.startsWith(PSEUDONYM_PREFIX) === true) pseudonyms.add(userId);
      await write(
        CHANGES_TABLE,
        columns,
        rows.map(([userId = null, key = null]) => [name, userId, key]),
      );
    }
  }

  const counts: { name: string; rows: number }[] = [];
  for (const table of tables) {
    onTable(table.name);
    const parts = changed.get(table.name);
    if (parts === undefined) {
      const type = table.columns.find(({ name }) => name === 'id')?.type ?? 'text';
      // Said so that few changes are looked up one by one, and many are joined: never one table for each row of the other.
      await writeRows(
        table,
        `JOIN (SELECT DISTINCT user_id, key::${type} AS id FROM change_log WHERE ${isEntry(table.name, after)}) AS changed
          USING (user_id, id)`,
      );
    } else if (parts.length > 0) {
      const length = partLength(table.name);
      await writeRows(
        table,
        length === 0 ? '' : `WHERE substr(id::text, 1, ${length}) IN (${parts.map(quoteText).join(', ')})`,
      );
    }
    const { rows } = await runStatement(engine, snapshot, {
      sql: `SELECT count(*) AS rows FROM ${quoteName(table.name)}`,
    });
    counts.push({ name: table.name, rows: Number(rows[0]?.['rows']) });
  }
  return {
    tables: sums.result(),
    sequences: [...(await readSequences(engine, snapshot))],
    contentBytes,
    untracked: [...untracked],
    erased: (await ledgerIn(engine, snapshot)).filter((line) => pseudonyms.has(pseudonymOf(line))),
    counts,
  };
}

async function ledgerIn(engine: Engine, snapshot: EngineTransaction): Promise<NonNullable<Manifest['erased']>> {
  const { rows } = await runStatement(engine, snapshot, {
    sql: 'SELECT id::text AS id, salt, owner_hash FROM erasures',
  });
  return rows.map((row) => ({
    id: String(row['id']),
    salt: String(row['salt']),
    ownerHash: String(row['owner_hash']),
  }));
}

/** Is it an entry of this table that the position hadn't seen? */
function isEntry(table: string, { floor, seen }: Position): string {
  const isNew =
    seen === undefined
      ? 'true'
      : `(transaction_id >= ${seen.xmax} OR transaction_id = ANY ('{${seen.running.join(',')}}'::bigint[]))`;
  return `seq > ${floor} AND ${isNew} AND table_number = (SELECT number FROM change_tables WHERE name = ${quoteText(table)})`;
}
