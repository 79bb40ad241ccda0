import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Conversations, conversationsAdopter } from '@keelson/conversations';
import { Accounts, adopt, type AdoptOptions, type AdoptReport, Audit, Erasures } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { faultsIn } from '../kill/sound.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { at, conversation, legacyFile, type LegacyRows, message, SCHEMA, uuid } from './legacy-file.ts';

const adopters = [conversationsAdopter];

/** The counts of a table, and the codes of what was refused and noted. */
function tableOf(report: AdoptReport, name: string, file = 0) {
  const table = report.files[file]?.tables.find((each) => each.name === name);
  if (table === undefined) throw new Error(`There is no ${name} in the report.`);
  const codes = (reasons: typeof table.reasons) => Object.fromEntries(reasons.map(({ code, rows }) => [code, rows]));
  const { read, adopted, alreadyThere, refused } = table;
  return { counts: [read, adopted, alreadyThere, refused], reasons: codes(table.reasons), notes: codes(table.notes) };
}

it('every column of the system is brought somewhere, or left out for a reason', () => {
  const fates = Object.fromEntries(conversationsAdopter.tables.map(({ name, columns }) => [name, columns]));
  expect(Object.keys(fates).sort()).toEqual(Object.keys(SCHEMA).sort());
  for (const [table, columns] of Object.entries(SCHEMA)) {
    const names = columns.map((column) => column.slice(0, column.indexOf(' ')));
    expect(Object.keys(fates[table]!), table).toEqual(names);
    for (const fate of Object.values(fates[table]!)) {
      expect('to' in fate ? fate.to : fate.refused).toMatch(/\w{4}/);
    }
  }
});

describeEngines('adopting organic-fishstick-RAG', (context) => {
  async function setUp() {
    const database = await context.open();
    const url = database.config.target.url;
    return {
      database,
      chats: (user: string) => new Conversations(database, user),
      run: (files: string | readonly string[], options: Partial<AdoptOptions> = {}) =>
        adopt(database, { files: typeof files === 'string' ? [files] : files, adopters, ...options }),
      faults: () => faultsIn(context, url),
    };
  }

  it('keeps ids, times, order and metadata, and adds nothing the second time', async () => {
    const { chats, run, faults } = await setUp();
    const metadata = { request_id: 'r1', source: 'rag', tokens: 12, model_name: 'm-1', latency_ms: 40.4, k: ['v'] };
    const path = legacyFile({
      conversations: [
        conversation(1, {
          message_count: 3,
          last_message_at: at(9),
          last_opened_at: at(20),
          is_hidden: 1,
          hidden_at: at(5),
          auto_hidden: 1,
        }),
        conversation(2, { status: 'ARCHIVED', archived_at: at(7) }),
      ],
      // Written in another order than they were said.
      messages: [
        message(13, 1, { created_at: at(3) }),
        message(11, 1, { created_at: at(1), msg_metadata: JSON.stringify(metadata) }),
        message(12, 1, { created_at: at(2), content: 'größer 🐟\nlines' }),
      ],
    });
    const before = readFileSync(path);
    const report = await run(path);
    expect(report.files).toMatchObject([{ file: path, system: 'organic-fishstick-RAG' }]);
    expect(tableOf(report, 'conversations')).toEqual({ counts: [2, 2, 0, 0], reasons: {}, notes: {} });
    expect(tableOf(report, 'messages')).toEqual({
      counts: [3, 3, 0, 0],
      reasons: {},
      notes: { COLUMN_NOT_TAKEN: 3 },
    });

    const ada = chats('ada');
    const chat = await ada.getConversation(uuid(1));
    expect(chat).toMatchObject({
      title: 'Chat 1',
      source: 'organic-fishstick-RAG',
      externalId: uuid(1),
      messageCount: 3,
      isHidden: true,
      metadata: { hiddenAt: '2026-02-06T12:05:00.123Z', autoHidden: true },
      createdAt: new Date('2026-02-06T12:00:00.123Z'),
      updatedAt: new Date('2026-02-06T12:01:00.123Z'),
      lastMessageAt: new Date('2026-02-06T12:03:00.123Z'),
    });
    const { items } = await ada.getMessages({ conversationId: uuid(1) });
    expect(items.map(({ id, seq, parentId }) => [id, seq, parentId])).toEqual([
      [uuid(11), 1, null],
      [uuid(12), 2, uuid(11)],
      [uuid(13), 3, uuid(12)],
    ]);
    expect(items[0]).toMatchObject({
      requestId: 'r1',
      source: 'rag',
      tokens: 12,
      modelName: 'm-1',
      latencyMs: 40,
      metadata: { k: ['v'] },
    });
    expect(items[1]?.content).toBe('größer 🐟\nlines');
    expect(await ada.getConversation(uuid(2))).toMatchObject({
      status: 'ARCHIVED',
      archivedAt: new Date('2026-02-06T12:07:00.123Z'),
      lastMessageAt: null,
    });

    const again = await run(path);
    expect(tableOf(again, 'conversations').counts).toEqual([2, 0, 2, 0]);
    expect(tableOf(again, 'messages').counts).toEqual([3, 0, 3, 0]);
    expect(await ada.getConversation(uuid(1))).toEqual(chat);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(await faults()).toEqual([]);
  });

  it('brings only what is new since the last time, at the end', async () => {
    const { chats, run, faults } = await setUp();
    const first = { conversations: [conversation(1)], messages: [message(11, 1), message(12, 1)] };
    await run(legacyFile(first));
    const ada = chats('ada');
    await ada.saveUserMessage({ conversationId: uuid(1), content: 'said here', requestId: 'same' });
    const more = { ...first, messages: [...first.messages, message(14, 1, { msg_metadata: '{"request_id":"same"}' })] };
    const report = await run(legacyFile(more));
    expect(tableOf(report, 'messages').counts).toEqual([3, 1, 2, 0]);
    const { items } = await ada.getMessages({ conversationId: uuid(1) });
    expect(items.map(({ content }) => content)).toEqual(['Message 11', 'Message 12', 'said here', 'Message 14']);
    expect(items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(await faults()).toEqual([]);

    await ada.deleteConversation(uuid(1));
    const late = await run(legacyFile({ ...more, messages: [...more.messages, message(15, 1)] }));
    expect(tableOf(late, 'messages')).toMatchObject({ counts: [4, 0, 3, 1], reasons: { CLOSED_HERE: 1 } });
  });

  it('takes closed and deleted conversations with all their messages', async () => {
    const { chats, run, faults } = await setUp();
    // More than are stored at once.
    const many = Array.from({ length: 1_201 }, (_, index) => message(100 + index, 1, { created_at: at(index) }));
    const report = await run(
      legacyFile({
        conversations: [conversation(1, { status: 'closed' }), conversation(2, { status: 'DELETED' })],
        messages: [...many, message(11, 2)],
      }),
    );
    expect(tableOf(report, 'messages').counts).toEqual([1_202, 1_202, 0, 0]);
    expect(await chats('ada').getConversation(uuid(1))).toMatchObject({
      status: 'CLOSED',
      messageCount: 1_201,
      closedAt: new Date('2026-02-06T12:01:00.123Z'),
    });
    const deleted = await chats('ada').listConversations({ status: 'DELETED' });
    expect(deleted.items).toMatchObject([
      { id: uuid(2), messageCount: 1, deletedAt: new Date('2026-02-06T12:01:00.123Z') },
    ]);
    expect(await faults()).toEqual([]);
  });

  it('mends what can be mended, refuses the rest, and counts each row once', async () => {
    const { chats, run, faults } = await setUp();
    const rows: LegacyRows = {
      conversations: [
        conversation(1, { user_id: null, message_count: 99 }),
        conversation(2, { user_id: '' }),
        conversation(3, { id: 'chat-3', title: 't'.repeat(600), message_count: 1 }),
        conversation(4, { status: 'PAUSED' }),
        conversation(5, { user_id: 'keelson:system' }),
        conversation(6, { user_id: `a\nb` }),
        conversation(7, { id: null }),
        conversation(1, { title: 'the same again' }),
        conversation(8, { created_at: 'yesterday', updated_at: null, title: 'nul\0here' }),
        conversation(9, { id: uuid(9).toUpperCase() }),
      ],
      messages: [
        message(11, 1, { created_at: '2026-02-06T14:00:00+02:00' }),
        message(12, 1, { created_at: 'soon' }),
        message(13, 1, { created_at: 1_770_379_300 }),
        message(14, 1, { role: 'robot' }),
        message(15, 1, { role: 'Assistant' }),
        message(16, 1, { content: null }),
        message(17, 1, { content: 'x'.repeat(5_000_000) }),
        message(18, 1, { content: 'é'.repeat(2_500_000) }),
        message(19, 1, { content: 'nul\0inside' }),
        message(20, 1, { msg_metadata: '{broken' }),
        message(21, 1, { msg_metadata: '[1]' }),
        message(22, 1, { msg_metadata: '{"tokens":"many","source":""}' }),
        message(23, 1, { msg_metadata: JSON.stringify({ long: 'x'.repeat(300_000) }) }),
        message(24, 1, { msg_metadata: '{"request_id":"twice"}' }),
        message(26, 1, { msg_metadata: '{"request_id":"twice"}' }),
        message(11, 1, { content: 'the same id again' }),
        message(11, 2, { content: 'the id of another conversation' }),
        message(27, 2, { id: 'not a uuid' }),
        message(28, 2, { id: null }),
        message(29, 77),
        message(30, 1, { conversation_id: null }),
        message(31, 4),
        message(32, 3, { conversation_id: 'chat-3' }),
        message(33, 1, { content: new Uint8Array([0xc3, 0xa9]) }),
        message(34, 1, { content: new Uint8Array([0xff, 0xfe]) }),
        message(35, 9),
      ],
    };
    const path = legacyFile(rows);
    const report = await run(path, { user: 'grace' });
    expect(tableOf(report, 'conversations')).toEqual({
      counts: [10, 5, 0, 5],
      reasons: { BAD_STATUS: 1, BAD_USER: 2, NO_ID: 1, DOUBLED_ID: 1 },
      notes: {
        NO_USER: 2,
        WRONG_COUNT: 3,
        ID_MADE: 1,
        LONG_TITLE: 1,
        BAD_TIME: 1,
        REPLACED_CHARACTERS: 1,
      },
    });
    const { counts, reasons, notes } = tableOf(report, 'messages');
    expect(reasons).toEqual({
      BAD_ROLE: 1,
      NO_CONTENT: 2,
      CONTENT_TOO_LARGE: 1,
      METADATA_TOO_LARGE: 1,
      DOUBLED_ID: 1,
      ID_TAKEN: 1,
      NO_ID: 1,
      NO_CONVERSATION: 2,
      CONVERSATION_REFUSED: 1,
    });
    expect(counts).toEqual([26, 15, 0, 11]);
    expect(notes).toEqual({ COLUMN_NOT_TAKEN: 26, NO_TIME: 1, REPLACED_CHARACTERS: 1, BAD_METADATA: 2 });
    expect(await faults()).toEqual([]);

    const grace = chats('grace');
    const { items } = await grace.getMessages({ conversationId: uuid(1) });
    const byId = new Map(items.map((item) => [item.id as string, item]));
    expect(byId.get(uuid(11))?.createdAt).toEqual(new Date('2026-02-06T12:00:00Z'));
    expect(byId.get(uuid(12))?.createdAt).toEqual(new Date('2026-02-06T12:00:00Z'));
    expect(byId.get(uuid(13))?.createdAt).toEqual(new Date(1_770_379_300_000));
    expect(byId.get(uuid(15))?.role).toBe('assistant');
    expect(byId.get(uuid(18))?.content.length).toBe(2_500_000);
    expect(byId.get(uuid(19))?.content).toBe('nul\uFFFDinside');
    expect(byId.get(uuid(20))?.metadata).toEqual({ legacyMetadata: '{broken' });
    expect(byId.get(uuid(22))).toMatchObject({ tokens: null, metadata: { tokens: 'many', source: '' } });
    expect([byId.get(uuid(24)), byId.get(uuid(26))]).toMatchObject([{ requestId: 'twice' }, { requestId: 'twice' }]);
    expect(byId.get(uuid(33))?.content).toBe('é');
    const long = (await chats('ada').listConversations()).items.find(({ externalId }) => externalId === 'chat-3');
    expect(long).toMatchObject({ messageCount: 1, metadata: { fullTitle: 't'.repeat(600) } });
    expect(await chats('ada').getConversation(uuid(9))).toMatchObject({ messageCount: 1 });

    const again = await run(path, { user: 'grace' });
    expect(tableOf(again, 'conversations')).toMatchObject({ counts: [10, 0, 5, 5], reasons: { BAD_STATUS: 1 } });
    expect(tableOf(again, 'messages')).toMatchObject({ counts: [26, 0, 15, 11], reasons });
    expect((await grace.getMessages({ conversationId: uuid(1) })).items).toEqual(items);
  });

  it('keeps accounts, with passwords that can be compared with, and never takes sessions', async () => {
    const { database, run } = await setUp();
    const accounts = new Accounts(database);
    await accounts.create({ email: 'taken@example.com', password: 'correct horse battery' });
    const path = legacyFile({
      users: [
        {
          user_id: uuid(1),
          email: 'Ada@Example.com',
          password_hash: 'pbkdf2:sha256:600000$salt$0a0b0c',
          full_name: 'Ada Lovelace',
          is_active: 1,
          created_at: at(0),
          last_login: at(4),
          metadata: '{"theme":"dark"}',
        },
        { user_id: 'user_001', email: 'bob@example.com', password_hash: '', is_active: 0, created_at: at(0) },
        { user_id: uuid(3), email: 'taken@example.com', password_hash: 'x', created_at: at(0) },
        { user_id: uuid(4), email: 'no address', password_hash: 'x', created_at: at(0) },
        { user_id: uuid(1), email: 'other@example.com', password_hash: 'x', created_at: at(0) },
        { user_id: null, email: 'nobody@example.com', password_hash: 'x', created_at: at(0) },
      ],
      user_sessions: [
        { session_id: 'a very secret session', user_id: uuid(1), is_active: 1 },
        { session_id: 'another one', user_id: uuid(1), is_active: 0 },
      ],
    });
    const report = await run(path);
    expect(tableOf(report, 'users')).toEqual({
      counts: [6, 2, 0, 4],
      reasons: { ADDRESS_TAKEN: 1, BAD_ADDRESS: 1, DOUBLED_ID: 1, NO_ID: 1 },
      notes: { COLUMN_NOT_TAKEN: 1, PASSWORD_UNUSABLE: 1, NO_PASSWORD: 1, ID_MADE: 1 },
    });
    expect(tableOf(report, 'user_sessions')).toEqual({ counts: [2, 0, 0, 2], reasons: { NOT_TAKEN: 2 }, notes: {} });
    expect(JSON.stringify(report)).not.toMatch(/secret session|pbkdf2|0a0b0c/);
    expect(await accounts.findByEmail('ada@example.com')).toMatchObject({
      id: uuid(1),
      fullName: 'Ada Lovelace',
      isActive: true,
      isAdmin: false,
      createdAt: new Date('2026-02-06T12:00:00.123Z'),
      lastLoginAt: new Date('2026-02-06T12:04:00.123Z'),
    });
    expect(await accounts.findByEmail('bob@example.com')).toMatchObject({ isActive: false });
    // A hash that can't be compared with looks like any wrong password.
    await expect(accounts.verifyPassword('ada@example.com', 'correct horse battery')).rejects.toMatchObject({
      code: 'AUTHENTICATION',
    });
    await accounts.setPassword('ada@example.com', 'correct horse battery');
    expect(await accounts.verifyPassword('ada@example.com', 'correct horse battery')).toMatchObject({ id: uuid(1) });
    expect(tableOf(await run(path), 'users').counts).toEqual([6, 0, 2, 4]);
    const { items } = await new Audit(database).listOfAll({ limit: 50 });
    expect(items.map(({ action }) => action)).toContain('data.adopted');
  });

  it('does not bring back what was erased here, and says so', async () => {
    const { database, chats, run, faults } = await setUp();
    const account = { user_id: uuid(9), email: 'zoe@example.com', password_hash: '', created_at: at(0) };
    const rows: LegacyRows = {
      users: [account],
      conversations: [
        conversation(1),
        conversation(2),
        conversation(3, { user_id: uuid(9) }),
        conversation(4, { user_id: 'eve' }),
      ],
      messages: [message(11, 1), message(12, 2), message(13, 3), message(14, 4)],
    };
    const path = legacyFile(rows);
    await run(path);
    const erasures = new Erasures(database);
    await chats('ada').eraseConversation(uuid(1));
    for (const owner of [uuid(9), 'eve']) await erasures.eraseOwner(owner, { rewrite: false });
    const report = await run(path);
    expect(tableOf(report, 'users')).toMatchObject({ counts: [1, 0, 0, 1], reasons: { ERASED: 1 } });
    expect(tableOf(report, 'conversations')).toMatchObject({ counts: [4, 0, 1, 3], reasons: { ERASED: 3 } });
    expect(tableOf(report, 'messages')).toMatchObject({ counts: [4, 0, 1, 3], reasons: { ERASED: 3 } });
    const late = await run(legacyFile({ messages: [message(11, 1), message(15, 1)] }));
    expect(tableOf(late, 'messages')).toMatchObject({ counts: [2, 0, 0, 2], reasons: { ERASED: 2 } });
    expect(await erasures.preview(uuid(9))).toEqual({});
    expect(await erasures.preview('eve')).toEqual({});
    expect((await chats('ada').listConversations()).items.map(({ id }) => id)).toEqual([uuid(2)]);

    // What somebody made after that is new.
    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    const again = await run(legacyFile({ conversations: [conversation(5, { user_id: 'eve', created_at: ahead })] }));
    expect(tableOf(again, 'conversations')).toMatchObject({ counts: [1, 1, 0, 0] });
    expect(await faults()).toEqual([]);
  });

  it('brings in messages of conversations that came with an earlier file', async () => {
    const { chats, run, faults } = await setUp();
    const conversations = [
      conversation(1),
      conversation(2, { id: 'chat-2', user_id: 'bob' }),
      conversation(3, { status: 'CLOSED' }),
    ];
    await run(legacyFile({ conversations }));
    await chats('eve').createConversation({ id: uuid(7) });
    const messages = [
      message(11, 1),
      message(12, 2, { conversation_id: 'chat-2' }),
      message(13, 3),
      // It isn't this system's.
      message(14, 7),
    ];
    const path = legacyFile({ messages });
    const report = await run(path);
    expect(tableOf(report, 'messages')).toMatchObject({ counts: [4, 3, 0, 1], reasons: { NO_CONVERSATION: 1 } });
    expect(await chats('ada').getMessageCount(uuid(1))).toBe(1);
    expect(tableOf(await run(path), 'messages').counts).toEqual([4, 0, 3, 1]);
    expect(await faults()).toEqual([]);
  });

  it('finds what belongs together in several files, in whatever order they are given', async () => {
    const { chats, run, faults } = await setUp();
    const within = freshFolder();
    const messages = legacyFile({ messages: [message(11, 1), message(12, 2)] }, 'messages.db', within);
    const conversations = legacyFile(
      { conversations: [conversation(1, { user_id: 'bob' }), conversation(2, { status: 'CLOSED', message_count: 1 })] },
      'conversations.db',
      within,
    );
    const report = await run([messages, conversations, join(within, '.', 'messages.db')]);
    expect(report.files.map(({ file }) => file)).toEqual([messages, conversations]);
    expect(tableOf(report, 'messages').counts).toEqual([2, 2, 0, 0]);
    expect(tableOf(report, 'conversations', 1)).toEqual({
      counts: [2, 2, 0, 0],
      reasons: {},
      notes: { WRONG_COUNT: 1 },
    });
    expect(await chats('bob').getConversation(uuid(1))).toMatchObject({ messageCount: 1 });
    expect(await faults()).toEqual([]);
  });
});
