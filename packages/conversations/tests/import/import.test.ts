import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionLostError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import {
  Conversations,
  demoExportPath,
  ImportFormatError,
  type ImportReport,
  ImportSourceError,
  type Message,
} from '../../src/index.ts';

interface Tree {
  readonly message_tree_id: string;
  readonly prompt: Record<string, unknown>;
}

/** A tree of one question with answers, each below the one before. */
function tree(id: string, texts: readonly string[]): Tree {
  let node: Record<string, unknown> | undefined;
  for (const [level, text] of [...texts.entries()].reverse()) {
    node = {
      message_id: `${id}-${level}`,
      text,
      role: level % 2 === 0 ? 'prompter' : 'assistant',
      replies: node === undefined ? [] : [node],
    };
  }
  return { message_tree_id: id, prompt: node ?? {} };
}

const lines = (...values: readonly unknown[]) =>
  values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`);

const CLEAN = {
  failed: 0,
  errors: [],
  errorsLeftOut: 0,
  replacedCharacters: 0,
  cutLinks: 0,
  unknownContent: [],
  detailsLeftOut: 0,
  stopped: false,
};

describeEngines('importing', (context) => {
  async function setUp() {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const contents = async (id: string) =>
      (await chats.getMessages({ conversationId: id, limit: 500 })).items.map(({ content }) => content);
    const everything = async () =>
      (await chats.listConversations({ status: ['ACTIVE', 'ARCHIVED', 'CLOSED'], limit: 500 })).items;
    return { database, chats, contents, everything };
  }

  it('the export that comes with the package keeps titles, times, branches and tools', async () => {
    const { chats, everything } = await setUp();
    const report = await chats.importConversations(demoExportPath());
    expect(report).toEqual({
      ...CLEAN,
      conversations: 4,
      messages: 28,
      created: { conversations: 4, messages: 28 },
      duplicates: 0,
    });
    const list = await everything();
    expect(list.map(({ title, status }) => [title, status])).toEqual([
      ['返信の下書き：予約変更 🏨', 'ACTIVE'],
      ['Nightly import takes too long', 'ACTIVE'],
      ['Release notes for 2.4', 'ACTIVE'],
      ["Checklist for Mira's first week", 'ARCHIVED'],
    ]);
    const notes = list[2]!;
    expect(notes).toMatchObject({
      id: notes.externalId,
      source: 'chatgpt',
      createdAt: new Date(1_749_621_600_125),
      messageCount: 7,
    });
    const messages = (await chats.getMessages({ conversationId: notes.id })).items;
    const [question, first, second] = messages as readonly [Message, Message, Message];
    expect([question.role, first.parentId, second.parentId]).toEqual(['user', question.id, question.id]);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(messages[3]!.parentId).toBe(second.id);
    expect(notes.lastMessageAt).toEqual(messages.at(-1)!.createdAt);
    expect(second).toMatchObject({ modelName: 'gpt-4o', source: 'chatgpt', externalId: second.id });
    expect(await chats.countByRole(list[1]!.id)).toEqual({ system: 0, user: 3, assistant: 4, tool: 1 });
    // The branch in use goes on; the other one stays beside it.
    const next = await chats.saveUserMessage({ conversationId: notes.id, content: 'Done, thanks.' });
    expect(next).toMatchObject({ seq: 8, parentId: messages[6]!.id });
  });

  it('the same file again stores nothing, changes nothing and counts everything', async () => {
    const { chats, everything } = await setUp();
    await chats.importConversations(demoExportPath());
    const before = await everything();
    const again = await chats.importConversations(demoExportPath(), { format: 'chatgpt' });
    expect(again).toEqual({
      ...CLEAN,
      conversations: 4,
      messages: 28,
      created: { conversations: 0, messages: 0 },
      duplicates: 28,
    });
    expect(await everything()).toEqual(before);
  });

  it("is each user's own, even of the same file", async () => {
    const { database, chats } = await setUp();
    await chats.importConversations(demoExportPath());
    const bob = new Conversations(database, 'bob');
    expect((await bob.importConversations(demoExportPath())).created).toEqual({ conversations: 4, messages: 28 });
  });

  it('a longer export adds only what is new, below what is there', async () => {
    const { chats, contents, everything } = await setUp();
    await chats.importConversations(lines(tree('t', ['one', 'two'])));
    const [{ id } = { id: '' }] = await everything();
    await chats.saveUserMessage({ conversationId: id, content: 'written here' });
    const report = await chats.importConversations(lines(tree('t', ['one', 'two', 'three', 'four'])));
    expect(report).toMatchObject({
      conversations: 1,
      messages: 4,
      created: { conversations: 0, messages: 2 },
      duplicates: 2,
      failed: 0,
    });
    expect(await contents(id)).toEqual(['one', 'two', 'written here', 'three', 'four']);
    const messages = (await chats.getMessages({ conversationId: id })).items;
    expect(messages[3]!.parentId).toBe(messages[1]!.id);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(await chats.getConversation(id)).toMatchObject({ messageCount: 5, activeLeafId: messages[4]!.id });
  });

  it('goes on from the branch in use, which need not be the last one of the file', async () => {
    const { chats, everything } = await setUp();
    const reply = (id: string, rank: number) => ({ message_id: id, text: id, role: 'assistant', rank, replies: [] });
    await chats.importConversations(
      lines({
        message_tree_id: 't',
        prompt: { message_id: 'q', text: 'q', role: 'prompter', replies: [reply('best', 0), reply('other', 1)] },
      }),
    );
    const [{ id } = { id: '' }] = await everything();
    const [, best] = (await chats.getMessages({ conversationId: id })).items;
    expect((await chats.getConversation(id)).activeLeafId).toBe(best!.id);
    const next = await chats.saveUserMessage({ conversationId: id, content: 'more' });
    expect(next.parentId).toBe(best!.id);
    expect((await chats.getConversation(id)).activeLeafId).toBe(next.id);
    expect((await chats.saveUserMessage({ conversationId: id, content: 'and more' })).parentId).toBe(next.id);
  });

  it('a line that is broken is reported with its number, and the others are stored whole', async () => {
    const { chats, everything } = await setUp();
    const half = tree('c', ['kept?', 'no']);
    ((half.prompt.replies as Record<string, unknown>[])[0] as Record<string, unknown>).role = 'ghost';
    const report = await chats.importConversations(
      lines(tree('a', ['1', '2']), '{"broken', half, { other: 1 }, tree('b', ['3'])),
    );
    expect(report).toMatchObject({
      conversations: 2,
      messages: 3,
      created: { conversations: 2, messages: 3 },
      failed: 3,
    });
    expect(report.errors).toEqual([
      { line: 2, code: 'BROKEN_JSON', message: expect.stringContaining('not valid JSON') as unknown },
      { line: 3, code: 'UNKNOWN_ROLE', message: expect.stringContaining('"ghost"') as unknown },
      { line: 4, code: 'NOT_A_CONVERSATION', message: expect.any(String) as unknown },
    ]);
    expect(new Set((await everything()).map(({ externalId }) => externalId))).toEqual(new Set(['a', 'b']));
  });

  it('a file that ends too early keeps what was complete, and the whole file later adds the rest', async () => {
    const { chats } = await setUp();
    const text = await readFile(demoExportPath(), 'utf8');
    const cutOff = await chats.importConversations([text.slice(0, text.length * 0.6)]);
    expect(cutOff).toMatchObject({ conversations: 2, failed: 1, errors: [{ index: 2, code: 'TRUNCATED' }] });
    const whole = await chats.importConversations([text]);
    expect(whole).toMatchObject({
      conversations: 4,
      messages: 28,
      created: { conversations: 2 },
      duplicates: cutOff.messages,
      failed: 0,
    });
  });

  it('names a hundred faults and counts the others', async () => {
    const { chats } = await setUp();
    const report = await chats.importConversations(
      lines(tree('a', ['1']), ...Array.from({ length: 130 }, () => '{"broken')),
    );
    expect(report).toMatchObject({ conversations: 1, failed: 130, errorsLeftOut: 30 });
    expect(report.errors).toHaveLength(100);
  });

  it('stops at a signal between two conversations; the same import again brings the rest', async () => {
    const { chats, everything } = await setUp();
    const file = lines(...Array.from({ length: 10 }, (_, n) => tree(`t${n}`, ['q', 'a'])));
    const controller = new AbortController();
    const stopped = await chats.importConversations(file, {
      signal: controller.signal,
      onProgress: ({ conversations }) => {
        if (conversations === 4) controller.abort();
      },
    });
    expect(stopped).toMatchObject({ conversations: 4, messages: 8, stopped: true, failed: 0 });
    expect(await everything()).toHaveLength(4);
    const rest = await chats.importConversations(file);
    expect(rest).toMatchObject({
      conversations: 10,
      created: { conversations: 6, messages: 12 },
      duplicates: 8,
      stopped: false,
    });
    expect(await chats.importConversations(file, { signal: AbortSignal.abort() })).toMatchObject({
      conversations: 0,
      stopped: true,
    });
  });

  it('lets other work of the process have its turn', async () => {
    const { chats } = await setUp();
    let turns = 0;
    let running = true;
    const turn = () => {
      turns += 1;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    await chats.importConversations(lines(...Array.from({ length: 50 }, (_, n) => tree(`t${n}`, ['q', 'a']))));
    running = false;
    expect(turns).toBeGreaterThanOrEqual(50);
  });

  it('tells how far it is, after each conversation', async () => {
    const { chats } = await setUp();
    const seen: number[] = [];
    await chats.importConversations(lines(tree('a', ['1', '2']), tree('b', ['3'])), {
      onProgress: ({ messages }) => seen.push(messages),
    });
    expect(seen).toEqual([2, 3]);
  });

  it('of the same file twice at the same time stores everything once', async () => {
    const { chats, everything } = await setUp();
    const file = lines(...Array.from({ length: 12 }, (_, n) => tree(`t${n}`, ['q', 'a', 'b'])));
    const reports = await Promise.all(Array.from({ length: 4 }, () => chats.importConversations(file)));
    const sum = (count: (report: ImportReport) => number) =>
      reports.reduce((total, report) => total + count(report), 0);
    expect(sum(({ created }) => created.conversations)).toBe(12);
    expect(sum(({ created }) => created.messages)).toBe(36);
    expect(sum(({ failed }) => failed)).toBe(0);
    for (const { messageCount } of await everything()) expect(messageCount).toBe(3);
  });

  it('keeps chats apart that repeat the messages of another one', async () => {
    const { chats, contents, everything } = await setUp();
    const id = '0b0c7c1e-7f0d-4c41-9a0e-0e9c7f3d2a11';
    const branched = (conversation: string, text: string) => ({
      id: conversation,
      title: text,
      create_time: 1,
      mapping: {
        [id]: {
          id,
          parent: null,
          children: [],
          message: { id, author: { role: 'user' }, create_time: 1, content: { content_type: 'text', parts: [text] } },
        },
      },
    });
    const file = [JSON.stringify([branched('one', 'first'), branched('two', 'second')])];
    expect(await chats.importConversations(file)).toMatchObject({
      created: { conversations: 2, messages: 2 },
      failed: 0,
    });
    expect(await chats.importConversations(file)).toMatchObject({
      created: { conversations: 0, messages: 0 },
      duplicates: 2,
      failed: 0,
    });
    for (const { id: conversationId, title } of await everything())
      expect(await contents(conversationId)).toEqual([title]);
  });

  it('adds nothing to what was deleted or closed here, and says so only when there is something new', async () => {
    const { chats, everything } = await setUp();
    await chats.importConversations(lines(tree('gone', ['1']), tree('shut', ['1'])));
    for (const { id, externalId } of await everything())
      await (externalId === 'gone' ? chats.deleteConversation(id) : chats.closeConversation(id));
    expect(await chats.importConversations(lines(tree('gone', ['1']), tree('shut', ['1'])))).toMatchObject({
      duplicates: 2,
      failed: 0,
    });
    const report = await chats.importConversations(lines(tree('gone', ['1', '2']), tree('shut', ['1', '2'])));
    expect(report).toMatchObject({
      created: { conversations: 0, messages: 0 },
      failed: 2,
      errors: [
        { line: 1, code: 'DELETED_HERE' },
        { line: 2, code: 'CONVERSATION_CLOSED' },
      ],
    });
    expect((await everything()).map(({ messageCount }) => messageCount)).toEqual([1]);
  });

  it('makes text storable that no engine could keep, and counts it', async () => {
    const { chats, contents, everything } = await setUp();
    const text = JSON.stringify(tree('t', ['nul \0, half \uD83D'])).replace('half', 'byte \u00ff half');
    const bytes = Buffer.from(`${text}\n`, 'utf8');
    const at = bytes.indexOf(Buffer.from('\u00ff'));
    const report = await chats.importConversations([
      Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 2)]),
    ]);
    expect(report).toMatchObject({ failed: 0, replacedCharacters: 3 });
    expect(await contents((await everything())[0]!.id)).toEqual(['nul \uFFFD, byte \uFFFD half \uFFFD']);
  });

  it('takes ids of any length and kind', async () => {
    const { chats } = await setUp();
    const strange = [
      `${'x'.repeat(5_000)}1`,
      `${'x'.repeat(5_000)}2`,
      'ID 😀',
      '0B0C7C1E-7F0D-4C41-9A0E-0E9C7F3D2A11',
      '__proto__',
    ];
    const file = lines(...strange.map((id) => tree(id, ['q', 'a'])));
    expect(await chats.importConversations(file)).toMatchObject({
      created: { conversations: 5, messages: 10 },
      failed: 0,
    });
    expect(await chats.importConversations(file)).toMatchObject({
      created: { conversations: 0, messages: 0 },
      duplicates: 10,
    });
  });

  it('stores a conversation whole or not at all', async () => {
    const { chats, everything } = await setUp();
    const tooLong = tree('big', ['fine', 'x'.repeat(4_194_305)]);
    const report = await chats.importConversations(lines(tooLong, tree('ok', ['1'])));
    expect(report).toMatchObject({ conversations: 1, failed: 1, errors: [{ line: 1, code: 'CONTENT_TOO_LARGE' }] });
    expect((await everything()).map(({ externalId }) => externalId)).toEqual(['ok']);
  });

  it('holds one conversation in memory, not the file', async () => {
    const { chats } = await setUp();
    let ahead = 0;
    let most = 0;
    function* file(): Generator<string> {
      yield '[';
      for (let n = 0; n < 40; n += 1) {
        ahead += 1;
        most = Math.max(most, ahead);
        yield `${n === 0 ? '' : ','}${JSON.stringify({ id: `c${n}`, create_time: 1, mapping: {} })}`;
      }
      yield ']';
    }
    const report = await chats.importConversations(file(), { onProgress: () => (ahead -= 1) });
    expect(report).toMatchObject({ conversations: 40, messages: 0 });
    expect(most).toBeLessThanOrEqual(3);
  });

  it("says what is wrong with a file that it can't use", async () => {
    const { chats } = await setUp();
    const folder = mkdtempSync(join(tmpdir(), 'keelson-import-'));
    try {
      const file = (name: string, content: string | Uint8Array) => {
        writeFileSync(join(folder, name), content);
        return join(folder, name);
      };
      await expect(chats.importConversations(join(folder, 'missing.json'))).rejects.toThrow(ImportSourceError);
      await expect(chats.importConversations(folder)).rejects.toMatchObject({
        code: 'IMPORT_FORMAT',
        message: 'There is no file of conversations in it.',
      });
      await expect(chats.importConversations(file('empty', ''))).rejects.toThrow('empty');
      await expect(chats.importConversations(file('blank', ' \n\n'))).rejects.toThrow(ImportFormatError);
      await expect(chats.importConversations(file('16.json', Buffer.from('\uFEFF[]', 'utf16le')))).rejects.toThrow(
        'UTF-16',
      );
      await expect(chats.importConversations(file('page.html', '<html>\n</html>'))).rejects.toThrow(
        'Nothing in the file is a conversation',
      );
      await expect(chats.importConversations(file('rows.json', '[{"a":1}]'))).rejects.toThrow(ImportFormatError);
      await expect(chats.importConversations(demoExportPath(), { format: 'openassistant' })).rejects.toThrow(
        'of the format openassistant',
      );
      expect(await chats.importConversations(file('none.json', '[]'))).toEqual({
        ...CLEAN,
        conversations: 0,
        messages: 0,
        created: { conversations: 0, messages: 0 },
        duplicates: 0,
      });
      expect(
        await chats.importConversations(file('marked.jsonl', `\uFEFF${lines(tree('t', ['1'])).join('')}`)),
      ).toMatchObject({ conversations: 1, failed: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('ends with the error when it is the source or the database that fails, and keeps what is stored', async () => {
    const { chats, everything } = await setUp();
    async function* failing(): AsyncGenerator<string> {
      yield* lines(tree('a', ['1']));
      yield await Promise.reject(new Error('the disk is gone'));
    }
    await expect(chats.importConversations(failing())).rejects.toThrow('the disk is gone');
    expect(await everything()).toHaveLength(1);
    const lost = new ConnectionLostError('The connection is lost.');
    const stop = () => {
      throw lost;
    };
    await expect(
      chats.importConversations(lines(tree('b', ['1']), tree('c', ['1'])), { onProgress: stop }),
    ).rejects.toBe(lost);
  });
});
