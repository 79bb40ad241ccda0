import { type Database, defineQuery } from '@keelson/db-core';
import { idOf } from '../isolation/rows.ts';
import { CORPUS } from './corpus.ts';

export interface FilledCorpus {
  /** What a result is: `german 2`, or the language alone for the conversation. */
  nameOf(id: string): string;
}

const insertConversation = defineQuery('corpus.insertConversation', (db, p: { id: string; title: string; at: Date }) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: p.at, updated_at: p.at }),
);

const insertMessage = defineQuery(
  'corpus.insertMessage',
  (db, p: { id: string; conversationId: string; seq: number; content: string; at: Date }) =>
    db.insertInto('conversation_messages').values({
      id: p.id,
      conversation_id: p.conversationId,
      seq: p.seq,
      role: 'user',
      content: p.content,
      created_at: p.at,
    }),
);

/** Two texts of each language are of the same time, so that between equals ids decide. */
function timeOf(number: number): Date {
  return new Date(Date.UTC(2026, 0, 1 + Math.floor(number / 2)));
}

/** A conversation for each language, with its texts as messages; with the same ids and times wherever it is done. */
export async function fillCorpus(database: Database, userId: string): Promise<FilledCorpus> {
  const user = database.forUser(userId);
  const names = new Map<string, string>();
  for (const [language, texts] of Object.entries(CORPUS)) {
    const conversationId = idOf(language, 0);
    names.set(conversationId, language);
    await user.run(insertConversation, { id: conversationId, title: `About ${language}`, at: timeOf(0) });
    for (const [number, content] of texts.entries()) {
      const id = idOf(language, number + 1);
      names.set(id, `${language} ${number}`);
      await user.run(insertMessage, { id, conversationId, seq: number + 1, content, at: timeOf(number) });
    }
  }
  return { nameOf: (id) => names.get(id) ?? 'unknown' };
}
