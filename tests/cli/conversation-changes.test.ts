import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure, succeed } from './support/keelson.ts';

interface Path {
  readonly items: readonly { readonly content: string; readonly siblings: { position: number; count: number } }[];
}

describeEngines('keelson conversations', (context) => {
  it('shows branches, chooses one, and tells what a model is given of it', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'zoe');
    const { id } = await chats.createConversation();
    const question = await chats.saveUserMessage({ conversationId: id, content: 'What?' });
    const metadata = { modelName: 'a-model', tokens: 7 };
    const first = await chats.saveAssistantMessage({ conversationId: id, content: 'This.', metadata });
    await chats.saveAssistantMessage({ conversationId: id, content: 'That.', parentId: question.id });
    const of = (command: string, ...rest: readonly string[]): string[] => [
      'conversations',
      command,
      id,
      ...rest,
      '--user',
      'zoe',
    ];
    const [path, siblings, all, stats] = await Promise.all([
      document<Path>(of('path'), { url }),
      document<Path>(of('siblings', first.id), { url }),
      document(of('context', '--max-tokens', '100'), { url }),
      document(['conversations', 'stats', '--user', 'zoe', '--from', '1d'], { url }),
    ]);
    expect(path.items).toMatchObject([
      { content: 'What?', siblings: { position: 1, count: 1 } },
      { content: 'That.', siblings: { position: 2, count: 2 } },
    ]);
    expect(siblings.items.map(({ content }) => content)).toEqual(['This.', 'That.']);
    expect(all).toMatchObject({ messages: [{ content: 'What?' }, { content: 'That.' }], leftOut: { earlier: 0 } });
    expect(stats).toMatchObject({
      totals: { messages: 3, tokens: 7 },
      models: [{ modelName: 'a-model', messages: 1 }],
    });
    expect(await document(of('choose', first.id), { url })).toMatchObject({ id, activeLeafId: first.id });
    const { stdout } = await succeed(of('path'), { url });
    expect(stdout).toMatch(/assistant +1\/2 .* This\./);
  });

  it('changes a conversation, and asks before it is deleted', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'zoe');
    const { id } = await chats.createConversation({ title: 'old' });
    const whose = [id, '--user', 'zoe'];
    const rename = ['conversations', 'rename', id, 'new', '--user', 'zoe', '--if-version', '1'];
    expect(await document(rename, { url })).toMatchObject({ id, title: 'new', version: 2 });
    expect(await failure(rename, { url, exit: 1 })).toMatchObject({ code: 'CONVERSATION_CHANGED' });
    expect(await document(['conversations', 'archive', ...whose], { url })).toMatchObject({ status: 'ARCHIVED' });
    const expires = ['conversations', 'expire', ...whose];
    expect(await document([...expires, '--at', '2090-01-01'], { url })).toMatchObject({
      expiresAt: '2090-01-01T00:00:00.000Z',
    });
    expect((await succeed([...expires, '--never'], { url })).stdout).toContain('It stays.');
    await failure(expires, { url, exit: 2 });
    const { stdout } = await succeed(['conversations', 'unarchive', ...whose], { url });
    expect(stdout).toBe(`${id}: new, ACTIVE, 0 messages\n`);
    expect(await document(['conversations', 'close', ...whose], { url })).toMatchObject({ status: 'CLOSED' });
    expect((await failure(['conversations', 'delete', ...whose], { url, exit: 3 })).code).toBe('DECLINED');
    const counted = await document(['conversations', 'delete', ...whose, '--dry-run'], { url });
    expect(counted).toMatchObject({ dryRun: true, conversation: { id, title: 'new' } });
    expect(await chats.getConversation(id)).toMatchObject({ status: 'CLOSED' });
    expect(await document(['conversations', 'delete', ...whose, '--yes'], { url })).toMatchObject({ dryRun: false });
    expect((await chats.listConversations({ status: 'DELETED' })).items).toMatchObject([{ id }]);
  });
});

describeEngine('sqlite', 'keelson conversations: faults that have nothing to do with the engine', (context) => {
  it('names what is wrong', async () => {
    const url = await context.url();
    const id = '019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10';
    const [endless, missing, twice] = await Promise.all([
      failure(['conversations', 'context', id], { url, exit: 2 }),
      failure(['conversations', 'close', id], { url, exit: 1 }),
      failure(['conversations', 'stats', '--all', '--user', 'zoe'], { url, exit: 2 }),
    ]);
    expect([endless, missing, twice].map(({ code }) => code)).toEqual([
      'VALIDATION',
      'CONVERSATION_NOT_FOUND',
      'USAGE',
    ]);
  });

  it('changes nothing of a version that the caller does not know', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'zoe');
    const { id } = await chats.createConversation();
    const message = await chats.saveUserMessage({ conversationId: id, content: 'What?' });
    await chats.saveAssistantMessage({ conversationId: id, content: 'This.' });
    const before = await chats.renameConversation(id, 'new');
    const of = (command: string, version: string, ...rest: readonly string[]): string[] => {
      const line = ['conversations', command, id, ...rest];
      return [...line, '--user', 'zoe', '--if-version', version];
    };
    const stale = await Promise.all(
      [
        of('archive', '1'),
        of('unarchive', '1'),
        of('close', '3'),
        of('expire', '1', '--never'),
        of('choose', '1', message.id),
        of('delete', '1', '--yes'),
        of('erase', '1', '--yes'),
      ].map((line) => failure(line, { url, exit: 1 })),
    );
    for (const error of stale)
      expect(error).toMatchObject({
        code: 'CONVERSATION_CHANGED',
        message: expect.stringContaining('version 2'),
        details: { version: 2 },
      });
    const wrong = [of('close', '0'), of('delete', '2', '--dry-run')];
    for (const error of await Promise.all(wrong.map((line) => failure(line, { url, exit: 2 }))))
      expect(error.code).toBe('USAGE');
    const misnamed = await failure(of('delete', '2', '--yes', '--confirm', 'another.db'), { url, exit: 4 });
    expect(misnamed).toMatchObject({ code: 'FORBIDDEN', message: '"another.db" is not the name of this database.' });
    expect(await chats.getConversation(id)).toEqual(before);
  });
});
