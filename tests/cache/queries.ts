import { defineCached, defineQuery, type UserHandle } from '@keelson/db-core';

const insert = defineQuery('test.insert', (db, p: { id: string; title: string; now: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: p.now, updated_at: p.now }),
);

const rename = defineQuery('test.rename', (db, p: { id: string; title: string }) =>
  db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
);

const bump = defineQuery('test.bump', (db, p: { id: string }) =>
  db
    .updateTable('conversations')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('id', '=', p.id),
);

const byId = defineQuery('test.byId', (db, p: { id: string }) =>
  db.selectFrom('conversations').select(['id', 'title', 'version', 'created_at']).where('id', '=', p.id),
);

const versions = defineQuery('test.versions', (db) =>
  db.selectFrom('conversations').select(['id', 'version']).orderBy('id'),
);

export async function insertConversation(
  user: UserHandle,
  { id, title }: { id: string; title: string },
): Promise<void> {
  await user.run(insert, { id, title, now: new Date() });
}

export async function renameConversation(
  user: UserHandle,
  { id, title }: { id: string; title: string },
): Promise<void> {
  await user.run(rename, { id, title });
}

export async function bumpConversation(user: UserHandle, id: string): Promise<void> {
  await user.run(bump, { id });
}

export const readConversation = (user: UserHandle, id: string) => user.first(byId, { id });

/** One row. */
export const conversation = defineCached('test.conversation', {
  dependsOn: (p: { id: string }) => [{ table: 'conversations', key: p.id }],
  load: (user, p) => readConversation(user, p.id),
});

/** All rows of a user. */
export const allVersions = defineCached('test.versions', {
  dependsOn: () => [{ table: 'conversations' }],
  load: async (user) => Object.fromEntries((await user.all(versions)).map(({ id, version }) => [id, version])),
});
