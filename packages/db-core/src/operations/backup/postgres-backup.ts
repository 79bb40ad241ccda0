import type { Engine } from '../../engine/contract.ts';
import { runStatement } from '../../schema/statements.ts';
import type { BackupWriter } from './file.ts';
import { BLOCKS, type Manifest, OMITTED } from './format.ts';
import { partsOfSnapshot } from './postgres-increment.ts';
import { beginSnapshot, readRows, readSequences, storedTables } from './postgres-rows.ts';
import { TableSums } from './sums.ts';

/** What a snapshot holds, as it was written. */
type Written = Pick<Manifest, 'tables' | 'untracked' | 'sequences' | 'contentBytes' | 'omitted' | 'migrations'>;

interface Snapshot {
  readonly onTable: (table: string) => void;
  /** Is there a change feed that increments can follow? */
  readonly isFollowed: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Writes every table as it is in one snapshot; nobody waits for it, and it waits for nobody. */
export async function writeSnapshot(
  engine: Engine,
  writer: BackupWriter,
  { onTable, isFollowed, signal }: Snapshot,
): Promise<Written> {
  const sums = new TableSums();
  const omitted: string[] = [];
  let contentBytes = 0;
  const snapshot = await beginSnapshot(engine);
  try {
    const { rows: history } = await runStatement(engine, snapshot, {
      sql: `SELECT name, checksum FROM schema_migrations WHERE state = 'applied' ORDER BY position, name`,
    });
    const tables = await storedTables(engine, snapshot);
    for (const table of tables) {
      if (OMITTED.includes(table.name)) {
        omitted.push(table.name);
        continue;
      }
      onTable(table.name);
      sums.enter(table.name);
      const columns = table.columns.map(({ name }) => name);
      for await (const { rows, bytes } of readRows(engine, snapshot, table)) {
        signal?.throwIfAborted();
        for (const row of rows) sums.add(table.name, row);
        contentBytes += bytes;
        await writer.write(BLOCKS.rows, Buffer.from(JSON.stringify({ table: table.name, columns, rows })));
      }
    }
    return {
      tables: sums.result(),
      ...(isFollowed ? { untracked: [...(await partsOfSnapshot(engine, snapshot, tables))] } : {}),
      sequences: [...(await readSequences(engine, snapshot))],
      contentBytes,
      omitted,
      migrations: history.map((row) => ({ name: String(row['name']), checksum: String(row['checksum']) })),
    };
  } finally {
    await snapshot.rollback();
  }
}
