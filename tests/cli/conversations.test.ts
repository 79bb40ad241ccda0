import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Conversations, demoExportPath } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { temporaryFolder } from './support/folders.ts';
import { document, failure, start } from './support/keelson.ts';

interface Report {
  readonly conversations: number;
  readonly messages: number;
  readonly created: { readonly conversations: number; readonly messages: number };
  readonly duplicates: number;
  readonly failed: number;
  readonly errors: readonly { readonly line?: number; readonly code: string; readonly message: string }[];
}
interface List {
  readonly items: readonly { readonly id: string; readonly messageCount: number }[];
  readonly nextCursor: string | null;
}

/** OpenAssistant's shape, one tree a line. */
function tree(name: string, replies: number): string {
  const message = (index: number): object => ({
    message_id: `${name}-${index}`,
    parent_id: index === 0 ? undefined : `${name}-0`,
    text: `Message ${index} of ${name}`,
    role: index === 0 ? 'prompter' : 'assistant',
    replies: index === 0 ? Array.from({ length: replies }, (_, reply) => message(reply + 1)) : [],
  });
  return JSON.stringify({ message_tree_id: name, tree_state: 'ready_for_export', prompt: message(0) });
}

describeEngines('keelson conversations', (context) => {
  it('brings a file in once, and lists, shows and hands out what came', async () => {
    const url = await context.emptyUrl();
    const file = demoExportPath();
    const first = await document<Report>(['conversations', 'import', file, '--user', 'ada'], { url });
    expect(first).toMatchObject({
      created: { conversations: first.conversations, messages: first.messages },
      duplicates: 0,
      failed: 0,
      errors: [],
    });
    expect(first.conversations).toBeGreaterThanOrEqual(3);
    // The same as an unpacked export, whose conversations have a file of their own among others.
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'conversations-000.json'), readFileSync(file));
    writeFileSync(join(folder, 'user.json'), '{}');
    const second = await document<Report>(['conversations', 'import', folder, '--user', 'ada'], { url });
    expect(second).toMatchObject({ created: { conversations: 0, messages: 0 }, duplicates: first.messages, failed: 0 });

    const page = await document<List>(['conversations', 'list', '--user', 'ada', '--limit', '1'], { url });
    expect(page.items).toHaveLength(1);
    const next = await document<List>(
      ['conversations', 'list', '--user', 'ada', '--limit', '500', '--cursor', page.nextCursor ?? ''],
      { url },
    );
    expect(next.nextCursor).toBeNull();
    expect(next.items.map(({ id }) => id)).not.toContain(page.items[0]?.id);
    expect(await document<List>(['conversations', 'list', '--user', 'eve'], { url })).toEqual({
      items: [],
      nextCursor: null,
    });

    const [{ id, messageCount } = { id: '', messageCount: 0 }] = page.items;
    const shown = await document<{ conversation: { id: string }; messages: { items: { seq: number }[] } }>(
      ['conversations', 'show', id, '--user', 'ada', '--last', '2'],
      { url },
    );
    expect(shown).toMatchObject({
      conversation: { id },
      messages: { items: [{ seq: messageCount - 1 }, { seq: messageCount }], nextCursor: null },
    });
    // Another user's is not there, in the same words as one that never was.
    const foreign = await failure(['conversations', 'show', id, '--user', 'eve'], { url, exit: 1 });
    expect(foreign.code).toBe('CONVERSATION_NOT_FOUND');

    const output = join(temporaryFolder(), 'all.json');
    const written = await document<{ messages: number }>(
      ['conversations', 'export', '--user', 'ada', '--output', output],
      { url },
    );
    expect(written).toMatchObject({ file: output, messages: first.messages });
    const { items } = JSON.parse(readFileSync(output, 'utf8')) as { items: unknown[] };
    expect(items).toHaveLength(written['conversations' as never]);

    // What was handed out comes back for somebody else, and is the same there.
    expect(await document<Report>(['conversations', 'import', output, '--user', 'eve'], { url })).toMatchObject({
      created: first.created,
      failed: 0,
    });
    const pdf = join(temporaryFolder(), 'one.pdf');
    const printed = await document(
      ['conversations', 'export', id, '--user', 'eve', '--format', 'pdf', '--output', pdf],
      { url },
    );
    expect(printed).toEqual({
      file: pdf,
      format: 'pdf',
      conversations: 1,
      messages: expect.any(Number),
      missingCharacters: [],
    });
    expect(readFileSync(pdf, 'latin1').slice(0, 5)).toBe('%PDF-');
  });
});

describeEngine('sqlite', 'keelson conversations: what has nothing to do with the engine', (context) => {
  it('keeps what is whole of a broken file, and names the lines that are not', async () => {
    const url = await context.url();
    const file = join(temporaryFolder(), 'trees.jsonl');
    writeFileSync(file, [tree('one', 2), '{"message_tree_id": "two", "prompt": {', tree('three', 1), '[]'].join('\n'));
    const report = await document<Report>(['conversations', 'import', file], { url, code: 5 });
    expect(report).toMatchObject({ conversations: 2, messages: 5, failed: 2 });
    expect(report.errors.map(({ line }) => line)).toEqual([2, 4]);
    // Mended, the same command brings in the rest.
    const input = [tree('one', 2), tree('two', 3), tree('three', 1)].join('\n');
    expect(await document<Report>(['conversations', 'import', '-'], { url, input })).toMatchObject({
      created: { conversations: 1, messages: 4 },
      duplicates: 5,
      failed: 0,
    });
  });

  it('says what is wrong with its input', async () => {
    const url = await context.url();
    const folder = temporaryFolder();
    const file = join(folder, 'other.json');
    writeFileSync(file, '{"a": 1}\n{"b": 2}\n');
    const [missing, format, id, user, unwritable, existing, piped] = await Promise.all([
      failure(['conversations', 'import', join(folder, 'missing.json')], { url, exit: 2 }),
      failure(['conversations', 'import', file], { url, exit: 2 }),
      failure(['conversations', 'show', 'not-an-id'], { url, exit: 2 }),
      failure(['conversations', 'list', '--user', 'a\u0007b'], { url, exit: 2 }),
      failure(['conversations', 'export', '--output', join(folder, 'missing', 'all.json')], { url, exit: 2 }),
      failure(['conversations', 'export', '--all', '--output', file], { url, exit: 2 }),
      failure(['conversations', 'export', '--format', 'pdf'], { url, exit: 2 }),
    ]);
    expect(readFileSync(file, 'utf8')).toBe('{"a": 1}\n{"b": 2}\n');
    expect(readdirSync(folder)).toEqual(['other.json']);
    expect([missing, format, id, user, unwritable, existing, piped].map(({ code }) => code)).toEqual([
      'IMPORT_SOURCE',
      'IMPORT_FORMAT',
      'VALIDATION',
      'VALIDATION',
      'USAGE',
      'USAGE',
      'USAGE',
    ]);
    expect(format.details).toMatchObject({ errors: [{ line: 1 }, { line: 2 }] });
  });

  it('packs one away, says so, and brings it back', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const { id } = await new Conversations(database, 'ada').createConversation({ title: 'old' });
    await new Conversations(database, 'ada').saveUserMessage({ conversationId: id, content: 'Hello' });
    const of = [id, '--user', 'ada'];
    const frozen = await document(['conversations', 'freeze', ...of], { url });
    expect(frozen).toMatchObject({ id, isCold: true, messageCount: 1 });
    const refused = await failure(['conversations', 'show', ...of], { url, exit: 1 });
    expect(refused).toMatchObject({ code: 'CONVERSATION_COLD', hint: expect.stringContaining('conversations thaw') });
    expect(await document(['conversations', 'thaw', ...of], { url })).toMatchObject({ id, isCold: false });
    expect(await document(['conversations', 'show', ...of], { url })).toMatchObject({
      messages: { items: [{ content: 'Hello' }] },
    });
  });

  it('does not bring back what was erased, and says so, unless it is told to', async () => {
    const url = await context.url();
    const file = join(temporaryFolder(), 'one.json');
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    writeFileSync(file, JSON.stringify(await chats.exportConversation(id)));
    await chats.eraseConversation(id);
    const importing = ['conversations', 'import', file, '--user', 'ada'];
    const report = await document<Report>(importing, { url, code: 5 });
    expect(report).toMatchObject({ created: { conversations: 0 }, failed: 1, errors: [{ code: 'ERASED_HERE' }] });
    expect(await document<Report>([...importing, '--take-erased'], { url })).toMatchObject({
      created: { conversations: 1 },
      failed: 0,
    });
  });

  it('stops at Ctrl-C, keeps what it has stored, and goes on the next time', async () => {
    const url = await context.url();
    const running = start(['conversations', 'import', '-', '--json'], { url });
    running.child.stdin?.write(`${tree('one', 2)}\n${tree('two', 2)}\n`);
    const stored = async (): Promise<number> => {
      const rows = await context.raw(url).query('SELECT id FROM conversations');
      return rows.length;
    };
    await expect.poll(stored, { timeout: 15_000, interval: 50 }).toBe(2);
    const { code, stdout, stderr } = await running.signalled('SIGINT');
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'INTERRUPTED' } });
    const input = [tree('one', 2), tree('two', 2), tree('three', 2)].join('\n');
    expect(await document<Report>(['conversations', 'import', '-'], { url, input })).toMatchObject({
      created: { conversations: 1 },
      failed: 0,
    });
  });
});
