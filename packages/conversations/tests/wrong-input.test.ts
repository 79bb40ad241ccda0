import { ValidationError } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations, MAX_CONTENT_LENGTH } from '../src/index.ts';

const ID = '01900000-0000-7000-8000-000000000000';

/** Neither text, nor a number, nor an object with the members asked for. */
const NEVER_RIGHT = [Symbol('s'), 5n, true, [], () => 1, new Date(), Number.NaN];

type Method = Exclude<keyof Conversations, 'initialize' | 'isInitialized' | 'shutdown'>;

/** For each method: calls with one fault, and the path at which it must be reported. */
const CALLS: Readonly<Record<Method, readonly (readonly [args: readonly unknown[], path: string])[]>> = {
  createConversation: [
    [[null], ''],
    [['title'], ''],
    [[{ titel: 'x' }], ''],
    [[{ title: 5 }], 'title'],
    [[{ title: '' }], 'title'],
    [[{ title: 'x'.repeat(501) }], 'title'],
    [[{ title: 'a\0b' }], 'title'],
    [[{ title: '\uD83D' }], 'title'],
    [[{ id: 'not-an-id' }], 'id'],
    [[{ id: `${ID}0` }], 'id'],
    [[{ source: 'x'.repeat(101) }], 'source'],
    [[{ metadata: [] }], 'metadata'],
    [[{ metadata: { a: { b: 5n } } }], 'metadata.a.b'],
    [[{ metadata: { when: new Date() } }], 'metadata.when'],
    [[{ metadata: { a: ['x', 'nul \0'] } }], 'metadata.a.1'],
    [[{ metadata: { a: Number.POSITIVE_INFINITY } }], 'metadata.a'],
    [[{ metadata: { a: 'x'.repeat(300_000) } }], 'metadata'],
    [[{ metadata: circle() }], 'metadata.self'],
    [[{ metadata: deep(70) }], Array.from({ length: 65 }, (_, level) => (level === 0 ? 'metadata' : 'in')).join('.')],
    [[{ isHidden: 'no' }], 'isHidden'],
    [[{ expiresAt: '2030-01-01' }], 'expiresAt'],
    [[{ expiresAt: new Date(Number.NaN) }], 'expiresAt'],
  ],
  getConversation: ids('conversationId'),
  setActiveLeaf: [
    ...ids('conversationId', ID),
    [[ID, 'x'], 'messageId'],
    [[ID, ID, { ifVersion: 0 }], 'options.ifVersion'],
    [[ID, ID, { toNewest: 1 }], 'options.toNewest'],
  ],
  getActivePath: [
    [[{ conversationId: 'x' }], 'conversationId'],
    [[{ conversationId: ID, leafId: 'x' }], 'leafId'],
    [[{ conversationId: ID, order: 'up' }], 'order'],
    [[{ conversationId: ID, limit: 0 }], 'limit'],
  ],
  getMessage: [...ids('conversationId', ID), [[ID, 'first'], 'messageId']],
  getSiblings: [
    [[{ conversationId: ID }], 'messageId'],
    [[{ conversationId: ID, messageId: ID, limit: 501 }], 'limit'],
  ],
  buildContext: [
    [[{ conversationId: ID }], 'maxTokens'],
    [[{ conversationId: ID, maxTokens: 0 }], 'maxTokens'],
    [[{ conversationId: ID, maxTokens: 5, maxMessages: 1.5 }], 'maxMessages'],
    [[{ conversationId: ID, maxTokens: 5, countTokens: 4 }], 'countTokens'],
    [[{ conversationId: ID, maxTokens: 5, tokensPerMessage: -1 }], 'tokensPerMessage'],
    [[{ conversationId: ID, maxTokens: 5, includeSystem: 'no' }], 'includeSystem'],
  ],
  getStatistics: [
    [[{ from: '2026-01-01' }], 'from'],
    [[{ timeZone: 'Mars/Olympus' }], 'timeZone'],
    [[{ from: new Date(5), to: new Date(5) }], 'from'],
  ],
  listConversations: [
    [[null], ''],
    [[{ status: 'GONE' }], 'status'],
    [[{ status: [] }], 'status'],
    [[{ limit: 0 }], 'limit'],
    [[{ limit: 501 }], 'limit'],
    [[{ limit: 1.5 }], 'limit'],
    [[{ limit: '5' }], 'limit'],
    [[{ cursor: 5 }], 'cursor'],
    [[{ cursor: 'x'.repeat(201) }], 'cursor'],
    [[{ includeHidden: 1 }], 'includeHidden'],
    [[{ page: 2 }], ''],
  ],
  search: [
    [[null], ''],
    [['words'], ''],
    [[{}], 'query'],
    [[{ query: 5 }], 'query'],
    [[{ query: 'x'.repeat(1001) }], 'query'],
    [[{ query: 'a '.repeat(100) }], 'query'],
    [[{ query: 'x', mode: 'vector' }], 'mode'],
    [[{ query: 'x', match: 'none' }], 'match'],
    [[{ query: 'x', role: 'robot' }], 'role'],
    [[{ query: 'x', role: [] }], 'role'],
    [[{ query: 'x', from: '2026-01-01' }], 'from'],
    [[{ query: 'x', to: new Date(Number.NaN) }], 'to'],
    [[{ query: 'x', conversationId: 'chat' }], 'conversationId'],
    [[{ query: 'x', includeArchived: 1 }], 'includeArchived'],
    [[{ query: 'x', limit: 101 }], 'limit'],
    [[{ query: 'x', cursor: 'x' }], 'cursor'],
    [[{ query: 'x', words: 2 }], ''],
  ],
  renameConversation: [
    ...ids('conversationId', 'x'),
    [[ID], 'title'],
    [[ID, ''], 'title'],
    [[ID, 'x', { ifVersion: '1' }], 'options.ifVersion'],
    [[ID, 'x', 1], 'options'],
  ],
  archiveConversation: [...ids('conversationId'), [[ID, { ifVersion: 0 }], 'options.ifVersion'], [[ID, 1], 'options']],
  unarchiveConversation: [...ids('conversationId'), [[ID, { ifVersion: 1.5 }], 'options.ifVersion']],
  setExpiry: [
    ...ids('conversationId', null),
    [[ID], 'expiresAt'],
    [[ID, 0], 'expiresAt'],
    [[ID, new Date(1e15)], 'expiresAt'],
    [[ID, null, { ifVersion: 0 }], 'options.ifVersion'],
  ],
  closeConversation: [...ids('conversationId'), [[ID, { version: 1 }], 'options']],
  deleteConversation: [...ids('conversationId'), [[ID, 'now'], 'options']],
  eraseConversation: [...ids('conversationId'), [[ID, 'now'], 'options']],
  previewErasure: ids('conversationId'),
  freezeConversation: ids('conversationId'),
  thawConversation: ids('conversationId'),
  saveMessage: [
    [[{ conversationId: ID, content: 'x' }], 'role'],
    [[{ conversationId: ID, content: 'x', role: 'robot' }], 'role'],
    [[{ conversationId: ID, content: 5, role: 'user' }], 'content'],
    [[{ conversationId: ID, content: '', role: 'user' }], 'content'],
  ],
  saveUserMessage: saves(),
  saveAssistantMessage: saves(),
  saveSystemMessage: saves(),
  saveToolMessage: saves(),
  getMessages: [
    [[], ''],
    [[ID], ''],
    [[{}], 'conversationId'],
    [[{ conversationId: 'x' }], 'conversationId'],
    [[{ conversationId: ID, order: 'up' }], 'order'],
    [[{ conversationId: ID, limit: -1 }], 'limit'],
    [[{ conversationId: ID, cursor: {} }], 'cursor'],
  ],
  getLastNMessages: [
    ...ids('conversationId', 5),
    [[ID], 'n'],
    [[ID, 0], 'n'],
    [[ID, 501], 'n'],
    [[ID, '5'], 'n'],
    [[ID, 2.5], 'n'],
  ],
  getMessageCount: ids('conversationId'),
  countByRole: ids('conversationId'),
  getBySource: [
    [[], ''],
    [['web'], ''],
    [[{}], 'source'],
    [[{ source: '' }], 'source'],
    [[{ source: 5 }], 'source'],
    [[{ source: 'web', conversationId: 5 }], 'conversationId'],
    [[{ source: 'web', limit: 0 }], 'limit'],
  ],
  follow: [
    [[], ''],
    [[{ conversationId: 'x' }], 'conversationId'],
    [[{ conversationId: ID, after: '' }], 'after'],
    [[{ conversationId: ID, signal: {} }], 'signal'],
  ],
  exportConversation: [
    ...ids('conversationId'),
    ...ids('conversationId', { format: 'json' }),
    [[ID, {}], 'options.format'],
    [[ID, { format: 'docx' }], 'options.format'],
    [[ID, { format: 'pdf', branches: 'some' }], 'options.branches'],
    [[ID, { format: 'pdf', fonts: [''] }], 'options.fonts.0'],
    [[ID, { format: 'pdf', signal: {} }], 'options.signal'],
  ],
  exportConversations: [
    [[], ''],
    [[{}], 'format'],
    [[{ format: 'json', ids: ['x'] }], 'ids.0'],
    [[{ format: 'json', pages: 5 }], ''],
  ],
  importConversations: [
    [[], 'source'],
    [[''], 'source'],
    [[5], 'source'],
    [[{}], 'source'],
    [['file', { format: 'xml' }], 'options.format'],
    [['file', { onProgress: 'yes' }], 'options.onProgress'],
    [['file', { signal: {} }], 'options.signal'],
    [['file', 'chatgpt'], 'options'],
  ],
};

function ids(path: string, ...more: readonly unknown[]): (readonly [readonly unknown[], string])[] {
  return [undefined, null, '', 'x', 5, {}, `${ID} `, `${ID}'; DROP TABLE conversations; --`].map(
    (id) => [[id, ...more], path] as const,
  );
}

function saves(): (readonly [readonly unknown[], string])[] {
  const message = { conversationId: ID, content: 'x' };
  const wrong: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ conversationId: 'x' }, 'conversationId'],
    [{ conversationId: undefined }, 'conversationId'],
    [{ content: undefined }, 'content'],
    [{ content: 5 }, 'content'],
    [{ content: '' }, 'content'],
    [{ content: 'nul \0' }, 'content'],
    [{ content: 'half \uDE00' }, 'content'],
    [{ content: 'x'.repeat(MAX_CONTENT_LENGTH + 1) }, 'content'],
    [{ content: 'x'.repeat(10 * 1024 * 1024) }, 'content'],
    [{ requestId: '' }, 'requestId'],
    [{ requestId: 'x'.repeat(256) }, 'requestId'],
    [{ requestId: 5 }, 'requestId'],
    [{ requestPart: -1 }, 'requestPart'],
    [{ parentId: 'x' }, 'parentId'],
    [{ status: 'done' }, 'status'],
    [{ parts: [] }, 'parts'],
    [{ parts: 'x' }, 'parts'],
    [{ parts: [{ type: 'picture' }] }, 'parts.0.type'],
    [
      {
        parts: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 5 },
        ],
      },
      'parts.1.text',
    ],
    [{ parts: [{ type: 'data', name: 'd', data: { a: undefined, b: () => 1 } }] }, 'parts.0.data.b'],
    [{ metadata: 'x' }, 'metadata'],
    [{ metadata: { tokens: -1 } }, 'metadata.tokens'],
    [{ metadata: { tokens: '12' } }, 'metadata.tokens'],
    [{ metadata: { tokens: 3_000_000_000 } }, 'metadata.tokens'],
    [{ metadata: { latencyMs: Number.NaN } }, 'metadata.latencyMs'],
    [{ metadata: { modelName: '' } }, 'metadata.modelName'],
    [{ metadata: { source: 5 } }, 'metadata.source'],
    [{ role: 'user' }, ''],
  ];
  return [[[], ''], [['Hello'], ''], ...wrong.map(([fault, path]) => [[{ ...message, ...fault }], path] as const)];
}

function circle(): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { in: value };
  return value;
}

// What is refused here never reaches an engine, so that one is enough.
describeEngine('sqlite', 'wrong input to', (context) => {
  for (const [method, calls] of Object.entries(CALLS) as [Method, (typeof CALLS)[Method]][]) {
    it(`${method} is refused with the path of the fault, and nothing is stored`, async () => {
      const chats = new Conversations(await context.open(), 'ada');
      const call = async (args: readonly unknown[]): Promise<unknown> =>
        (chats[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
      // An empty list is a file without bytes, which is another error.
      const never = NEVER_RIGHT.filter((value) => method !== 'importConversations' || !Array.isArray(value));
      const faults = [...calls, ...never.map((value) => [[value], undefined] as const)];
      for (const [args, path] of faults) {
        const error = await call(args).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error, describeCall(args)).toBeInstanceOf(ValidationError);
        const { issues } = (error as ValidationError).details as {
          issues: readonly { path: string; message: string }[];
        };
        if (path !== undefined)
          expect(
            issues.map((issue) => issue.path),
            describeCall(args),
          ).toEqual([path]);
        for (const { message } of issues) expect(message).toMatch(/\S/u);
        expect((error as ValidationError).message.length).toBeLessThan(2_000);
      }
      expect((await chats.listConversations({ includeHidden: true })).items).toEqual([]);
    });
  }

  it('several members names each of them', async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const wrong = { conversationId: 'x', content: 5, metadata: { tokens: -1 } } as unknown as Parameters<
      Conversations['saveUserMessage']
    >[0];
    await expect(chats.saveUserMessage(wrong)).rejects.toMatchObject({
      code: 'VALIDATION',
      details: { issues: [{ path: 'conversationId' }, { path: 'content' }, { path: 'metadata.tokens' }] },
    });
  });
});

function describeCall(args: readonly unknown[]): string {
  return args
    .map((arg) => (typeof arg === 'object' && arg !== null ? Object.keys(arg).join(',') : String(arg).slice(0, 40)))
    .join(' | ');
}
