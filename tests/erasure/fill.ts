import { Conversations, conversationSources } from '@keelson/conversations';
import {
  Accounts,
  ApiTokens,
  type Database,
  newId,
  Organisations,
  Search,
  Sessions,
  SystemLogs,
} from '@keelson/db-core';
import { tenantTables } from '@keelson/db-core/testing';
import { anyQuery } from '../isolation/fixture.ts';
import { idOf, rowFactories, ROWS } from '../isolation/rows.ts';

/** In everything that people wrote; nothing else in a database is called so. */
export const WORD = 'quixotically';

/** What erasing itself writes into, so that more rows go than there were. */
export const WRITTEN_BY_ERASING: readonly string[] = ['audit_events', 'change_log', 'search_marks'];

/**
 * Rows of every table with owners, with the word wherever text may stand. `isIndexed`: the owner gets an index made of real
 * texts, and no made-up rows of one.
 */
export async function fillTables(
  database: Database,
  userId: string,
  { isIndexed = false }: { readonly isIndexed?: boolean } = {},
): Promise<void> {
  const user = database.forUser(userId);
  for (const [name, row] of rowFactories) {
    if (isIndexed && /^search_(?:entries|indexes|postings)$/.test(name)) continue;
    const table = tenantTables.find((each) => each.name === name)!;
    const rows = Array.from({ length: ROWS }, (_, number) =>
      Object.fromEntries(
        Object.entries(row(number)).map(([column, value]) => {
          const codec = table.columns.find((each) => each.name === column)?.codec;
          if (codec === 'json') return [column, { [WORD]: WORD, number }];
          const isFree = typeof value === 'string' && value.includes(' ') && value.length < 60;
          return [column, isFree && codec === 'text' ? `${value} ${WORD}` : value];
        }),
      ),
    );
    await user.run(anyQuery(`fill ${name}`, (db) => db.insertInto(name).values(rows as never)));
  }
}

/** What a person has who uses everything; their id is that of their account. */
export async function fillPerson(database: Database): Promise<{ userId: string; organisationId: string }> {
  const email = `${WORD}@example.org`;
  const password = 'correct horse battery';
  const account = await new Accounts(database).create({ email, password, fullName: `Ada ${WORD}` });
  const userId = account.id;
  await new Sessions(database).create({ email, password, ip: '192.0.2.7', userAgent: WORD });
  await new ApiTokens(database).create({ userId, name: WORD, scopes: ['conversations'], accountId: userId });
  const organisations = new Organisations(database);
  const { id: organisationId } = await organisations.create({ name: 'Ours', owner: 'bob' });
  await organisations.addMember({ organisationId, memberId: userId, role: 'member' } as never, { userId: 'bob' });
  await fillTables(database, userId, { isIndexed: true });
  await fillConversations(database, userId, 3);
  await new SystemLogs(database).write([
    { level: 'INFO', message: `${email} ${WORD} signed in` },
    { level: 'INFO', message: WORD, jobId: idOf('jobs', 1) },
    { level: 'ERROR', message: 'failed', details: { user: userId, said: WORD } },
    { level: 'INFO', message: 'kept', details: { user: newId() } },
  ]);
  return { userId, organisationId };
}

export async function fillConversations(database: Database, userId: string, count: number): Promise<void> {
  const chats = new Conversations(database, userId);
  for (let chat = 0; chat < count; chat += 1) {
    await database.transaction(userId, async () => {
      const { id } = await chats.createConversation({ title: `${WORD} ${chat}`, metadata: { said: WORD } });
      const question = await chats.saveUserMessage({ conversationId: id, content: `${WORD} one`, requestId: WORD });
      for (const status of ['partial', 'complete'] as const)
        await chats.saveAssistantMessage({
          conversationId: id,
          content: `${WORD} ${status} ${'and so on '.repeat(2000)}`,
          requestId: `${WORD} answer`,
          parentId: question.id,
          status,
        });
      await chats.saveAssistantMessage({ conversationId: id, content: `${WORD} again`, parentId: question.id });
    });
  }
  await new Search(database, conversationSources).refresh(userId);
}
