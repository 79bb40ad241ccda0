import { type Database, kernelOf } from '../database/database.ts';
import type { Kernel } from '../database/kernel.ts';
import { findByIds } from './embedding.repository.ts';
import { PostgresVectorIndex } from './postgres/index.ts';
import { SqliteVectorIndex } from './sqlite/index.ts';
import type { VectorIndex } from './vector-index.ts';

/** In one transaction, so that others get their turn. */
const CHUNK = 500;

const indexes = new WeakMap<Kernel, VectorIndex>();

/**
 * The index of a database; undefined where this process can't use one. It needn't be built, and without the extension of
 * PostgreSQL it isn't.
 */
export async function vectorIndexOf(database: Database): Promise<VectorIndex | undefined> {
  const kernel = kernelOf(database);
  const known = indexes.get(kernel);
  if (known !== undefined) return known;
  if (kernel.engine.kind === 'sqlite' && (await kernel.engine.vectorExtension()).missing !== null) return undefined;
  const index = kernel.engine.kind === 'sqlite' ? new SqliteVectorIndex(kernel) : new PostgresVectorIndex(kernel);
  indexes.set(kernel, index);
  return index;
}

/** Brings what has changed of a user into the index; a chunk at a time. Gives how many changes those were. */
export async function bringUpToDate(database: Database, index: VectorIndex, userId: string): Promise<number> {
  let done = 0;
  while (await index.hasChanges(userId)) {
    done += await database.forUser(userId).transaction(async (user) => {
      const changes = await index.takeChanges(userId, CHUNK);
      const ids = [...new Set(changes.map(({ id }) => id))];
      // Read after the changes: what is written from now on is noted as another change.
      const rows = await user.all(findByIds, { ids });
      await index.replace(userId, ids, rows);
      await index.forgetChanges(userId, changes);
      return changes.length;
    });
  }
  return done;
}
