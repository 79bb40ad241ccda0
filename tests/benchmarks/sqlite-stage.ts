import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import Sqlite from 'better-sqlite3';
import type { Population } from './population.ts';
import { seed } from './seed.ts';
import { type Stage, STORED_SQL } from './stage.ts';

/** One file for each contender, copied from a seeded one. */
export async function openSqliteStage(population: Population): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const source = join(folder, 'seeded.db');
  await seed(urlOf(source), population);
  // Closing the last connection has brought everything into the one file.
  const side = new Map<string, Sqlite.Database>();
  const of = (name: string): Sqlite.Database => {
    const known = side.get(name);
    if (known === undefined) throw new Error(`There is no copy ${name}.`);
    return known;
  };

  return {
    async copy(name) {
      const path = join(folder, `${name}.db`);
      copyFileSync(source, path);
      side.set(name, new Sqlite(path));
      return { url: urlOf(path), path };
    },
    settle(name) {
      of(name).pragma('wal_checkpoint(TRUNCATE)');
    },
    async stored(name, conversationId) {
      const database = of(name);
      const conversation = database.prepare(STORED_SQL.conversation).all({ 1: conversationId });
      return [...conversation, ...database.prepare(STORED_SQL.messages).all({ 1: conversationId })];
    },
    async digest(name) {
      return of(name).prepare(STORED_SQL.digest).get();
    },
    async close() {
      for (const database of side.values()) database.close();
      remove();
      process.off('exit', remove);
    },
  };
}

function urlOf(path: string): string {
  return `sqlite:///${path}`;
}
