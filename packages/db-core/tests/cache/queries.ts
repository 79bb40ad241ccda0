import { defineCached, defineQuery, newId, type UserHandle } from '@keelson/db-core';

const insert = defineQuery('test.insert', (db, p: { id: string; title: string; now: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: p.now, updated_at: p.now }),
);

const rename = defineQuery('test.rename', (db, p: { id: string; title: string }) =>
  db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
);

const erase = defineQuery('test.erase', (db, p: { id: string }) =>
  db.deleteFrom('conversations').where('id', '=', p.id),
);

const byId = defineQuery('test.byId', (db, p: { id: string }) =>
  db.selectFrom('conversations').select(['id', 'title', 'created_at']).where('id', '=', p.id),
);

const titles = defineQuery('test.titles', (db) => db.selectFrom('conversations').select('title').orderBy('title'));

export async function insertConversation(user: UserHandle, title: string): Promise<string> {
  const id = newId();
  await user.run(insert, { id, title, now: new Date() });
  return id;
}

export async function renameConversation(user: UserHandle, id: string, title: string): Promise<void> {
  await user.run(rename, { id, title });
}

export async function eraseConversation(user: UserHandle, id: string): Promise<void> {
  await user.run(erase, { id });
}

export const readConversation = (user: UserHandle, id: string) => user.first(byId, { id });

export const conversation = defineCached('test.conversation', {
  dependsOn: (p: { id: string }) => [{ table: 'conversations', key: p.id }],
  load: (user, p) => readConversation(user, p.id),
});

export const allTitles = defineCached('test.titles', {
  dependsOn: () => [{ table: 'conversations' }],
  load: async (user) => (await user.all(titles)).map(({ title }) => title),
});
