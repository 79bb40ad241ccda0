import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DatabaseConfig } from '../../config/index.ts';
import { engineOf } from '../../database/database.ts';
import { runStatement } from '../../schema/statements.ts';
import { currentSchema, dropSchema } from './postgres-schemas.ts';
import { openRestored } from './restored.ts';

/** What a restore replaced and kept: a file beside the database, or a schema of its PostgreSQL database. */
export interface KeptDatabase {
  readonly name: string;
  readonly bytes: number;
}

/** What restores of this database have kept, oldest first. */
export function listKept(config: DatabaseConfig): Promise<readonly KeptDatabase[]> {
  const { target } = config;
  return target.engine === 'sqlite' ? keptFiles(target.path) : keptSchemas(config);
}

/** Removes one of them for good. Call it with what {@link listKept} gave. */
export async function removeKept(config: DatabaseConfig, { name }: KeptDatabase): Promise<void> {
  if (config.target.engine === 'sqlite') {
    // The file itself last: as long as it is there it is listed.
    for (const ending of ['-wal', '-shm', '']) await rm(name + ending, { force: true });
    return;
  }
  await using database = openRestored({ config }, {});
  await database.connect();
  await dropSchema(engineOf(database), name);
}

const FILE_ENDING = /^\.before-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z(?:-\d+)?$/;

async function keptFiles(path: string): Promise<readonly KeptDatabase[]> {
  const folder = dirname(path);
  const name = basename(path);
  if (!existsSync(folder)) return [];
  const found: KeptDatabase[] = [];
  for (const entry of (await readdir(folder)).sort()) {
    if (!entry.startsWith(name) || !FILE_ENDING.test(entry.slice(name.length))) continue;
    const file = join(folder, entry);
    found.push({ name: file, bytes: (await stat(file)).size });
  }
  return found;
}

async function keptSchemas(config: DatabaseConfig): Promise<readonly KeptDatabase[]> {
  await using database = openRestored({ config }, {});
  await database.connect();
  const engine = engineOf(database);
  const prefix = `${(await currentSchema(engine)).slice(0, 30)}_before_`;
  const { rows } = await runStatement(engine, engine, {
    sql: `SELECT n.nspname AS name, coalesce(sum(pg_total_relation_size(c.oid)), 0)::text AS bytes
            FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
           WHERE starts_with(n.nspname, $1) AND substr(n.nspname, length($1) + 1) ~ '^[0-9]{14}(_[0-9]+)?$'
           GROUP BY n.nspname ORDER BY n.nspname COLLATE "C"`,
    values: [prefix],
  });
  return rows.map((row) => ({ name: String(row['name']), bytes: Number(row['bytes']) }));
}
