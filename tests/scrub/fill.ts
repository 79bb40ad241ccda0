import { Conversations, conversationSources } from '@keelson/conversations';
import {
  Accounts,
  ApiTokens,
  type Database,
  Jobs,
  Organisations,
  Search,
  Sessions,
  SystemLogs,
} from '@keelson/db-core';

/** What people wrote and who they are: nothing of it may be in a copy. */
export const WORDS = ['quixotically', 'zephyrina', 'Zephyrina', 'zeppelinwerft', 'нигдеговоримый', 'xylophonist'];

/** People with accounts, an organisation of theirs, and conversations of several owners, so that joins can be compared. */
export async function fillSource(database: Database): Promise<readonly string[]> {
  const password = 'correct horse battery';
  const accounts = new Accounts(database);
  const ids: string[] = [];
  for (const name of ['zephyrina', 'xylophonist']) {
    const email = `${name}@quixotically.example.org`;
    const { id } = await accounts.create({ email, password, fullName: `Zephyrina ${name}` });
    await new Sessions(database).create({ email, password, ip: '192.0.2.7', userAgent: 'quixotically' });
    await new ApiTokens(database).create({ userId: id, name: 'zephyrina', scopes: ['conversations'], accountId: id });
    ids.push(id);
  }
  const [first = '', second = ''] = ids;
  const organisations = new Organisations(database);
  const { id: organisation } = await organisations.create({ name: 'Zeppelinwerft zeppelinwerft', owner: first });
  await organisations.addMember({ organisationId: organisation, memberId: second, role: 'member' }, { userId: first });
  for (const owner of [first, organisation, 'zephyrina', 'zephyrina@quixotically.example.org'])
    await fillConversations(database, owner);
  await new Jobs(database).enqueue('zephyrina', 'kernel.optimize', {}, { displayName: 'quixotically' });
  await new SystemLogs(database).write([{ level: 'INFO', message: 'zephyrina quixotically' }]);
  return [first, second, organisation];
}

async function fillConversations(database: Database, owner: string): Promise<void> {
  const chats = new Conversations(database, owner);
  for (let chat = 0; chat < 3; chat += 1) {
    const { id } = await chats.createConversation({
      title: chat === 0 ? null : `Quixotically nr. ${chat} zephyrina`,
      source: 'chatgpt',
      metadata: { author: 'zephyrina', tags: ['xylophonist', { place: 'zeppelinwerft', n: chat }] },
    });
    const question = await chats.saveUserMessage({
      conversationId: id,
      content: 'Is zephyrina@quixotically.example.org нигдеговоримый?',
      requestId: `quixotically ${chat}`,
      parts: [{ type: 'text', text: 'xylophonist' }],
    });
    await chats.saveAssistantMessage({
      conversationId: id,
      content: `zeppelinwerft ${'and so on '.repeat(50)}`,
      parentId: question.id,
      requestId: `quixotically ${chat}`,
    });
    await chats.saveToolMessage({ conversationId: id, content: 'same for all, xylophonist' });
  }
  await new Search(database, conversationSources).refresh(owner);
}
