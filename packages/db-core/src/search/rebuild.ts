import type { UserHandle } from '../database/handle.ts';
import { entityOf } from './change-index.ts';
import { eraseEmbeddingMarks, listEmbeddingMarks } from './embedding/marks.repository.ts';
import * as queries from './index.repository.ts';
import type { SearchSource } from './source.ts';

const CHUNK = 1000;
/** Before all ids. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Marks everything that an owner has, and everything that the index has, to be looked at again. Doing it twice marks
 * nothing twice.
 */
export async function markAll(user: UserHandle, sources: Iterable<SearchSource>): Promise<number> {
  let count = 0;
  const kinds = new Set<string>();
  for (const source of sources) {
    kinds.add(source.kind);
    for await (const ids of pages(FIRST_ID, (after) => source.listIds(user, after, CHUNK)))
      count += await mark(
        user,
        ids.map((entityId) => ({ kind: source.kind, entityId })),
      );
  }
  const listed = async (after: string): Promise<string[]> =>
    (await user.all(queries.listEntryIds, { after, limit: CHUNK })).map(({ id }) => id);
  for await (const ids of pages('', listed))
    count += await mark(
      user,
      ids.map(entityOf).filter(({ kind }) => kinds.has(kind)),
    );
  return count;
}

/** Texts of such marks are read to know how large they are; until then they count as small. */
function mark(user: UserHandle, entities: readonly { kind: string; entityId: string }[]): Promise<number> {
  const now = new Date();
  return user.runMany(
    queries.insertMark,
    entities.map((entity) => ({ ...entity, size: 1, now })),
  );
}

async function* pages(first: string, read: (after: string) => Promise<string[]>): AsyncGenerator<string[]> {
  let after: string | undefined = first;
  while (after !== undefined) {
    const ids: string[] = await read(after);
    if (ids.length > 0) yield ids;
    after = ids.length < CHUNK ? undefined : ids.at(-1);
  }
}

/** Takes everything of an owner out of the index, and its marks. */
export async function eraseAll(user: UserHandle): Promise<void> {
  await eraseChunks(
    () => user.all(queries.listPostingIds, { limit: CHUNK }),
    (ids) => user.run(queries.erasePostings, { ids }),
  );
  await eraseChunks(
    () => user.all(queries.listEntryIds, { after: '', limit: CHUNK }),
    (ids) => user.run(queries.eraseEntries, { ids }),
  );
  await eraseChunks(
    () => user.all(listEmbeddingMarks, { after: '', limit: CHUNK }),
    (ids) => user.run(eraseEmbeddingMarks, { ids }),
  );
  await eraseChunks(
    () => user.all(queries.listMarkIds, { limit: CHUNK }),
    (ids) => user.run(queries.eraseMarks, { ids }),
  );
}

async function eraseChunks(
  list: () => Promise<readonly { readonly id: string }[]>,
  erase: (ids: readonly string[]) => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const ids = (await list()).map(({ id }) => id);
    if (ids.length > 0) await erase(ids);
    if (ids.length < CHUNK) return;
  }
}
