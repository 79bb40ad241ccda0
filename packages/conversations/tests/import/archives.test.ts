import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describeEngine } from '@keelson/db-core/testing';
import { afterAll, expect, it } from 'vitest';
import { Conversations, ImportFormatError, ImportSourceError } from '../../src/index.ts';
import { samples } from './samples.ts';
import { zipOf } from './zip-of.ts';

const { chatgpt, librechat, openassistant, openai } = samples();
const chat = (id: string): object => ({ ...chatgpt, id });
const folder = mkdtempSync(join(tmpdir(), 'keelson-archives-'));

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

// Reading a file is the same whatever the engine, so that one is enough.
describeEngine('sqlite', 'importing from an archive', (context) => {
  const open = async () => new Conversations(await context.open(), 'ada');

  it.each(['usual', 'isStored', 'isLarge'])(
    'takes the conversations of a ZIP as ChatGPT gives it, %s',
    async (kind) => {
      const chats = await open();
      const archive = zipOf(
        {
          'user.json': '{"id":"user-1"}',
          'chat.html': '<html></html>',
          'file-1.png': 'PNG '.repeat(1_000),
          'shared_conversations.json': '[{"id":"s"}]',
          '__MACOSX/conversations.json': 'no JSON',
          'export/conversations-010.json': JSON.stringify([chat('third')]),
          'export/conversations-002.json': JSON.stringify([chat('second')]),
          'export/conversations-001.json': JSON.stringify([chat('first'), { a: 1 }]),
        },
        { [kind]: true, comment: 'made by hand' },
      );
      const report = await chats.importConversations(file('export.zip', archive));
      expect(report).toMatchObject({
        created: { conversations: 3, messages: 6 },
        failed: 1,
        errors: [{ file: 'export/conversations-001.json', index: 1, code: 'NOT_A_CONVERSATION' }],
      });
      const { items } = await chats.listConversations();
      expect(new Set(items.map(({ externalId }) => externalId))).toEqual(new Set(['first', 'second', 'third']));
      expect(await chats.importConversations(join(folder, 'export.zip'))).toMatchObject({ duplicates: 6 });
    },
  );

  it('takes every file of JSON where ChatGPT’s aren’t, from an archive or a folder', async () => {
    const chats = await open();
    const lines = gzipSync(`${JSON.stringify(openassistant)}\n`);
    expect(
      await chats.importConversations(file('others.zip', zipOf({ 'a.json': JSON.stringify(librechat), 'b.txt': 'b' }))),
    ).toMatchObject({ created: { conversations: 1 }, failed: 0 });
    mkdirSync(join(folder, 'chats', 'inside'), { recursive: true });
    file('chats/1.json', JSON.stringify(librechat));
    file('chats/trees.jsonl.gz', lines);
    file('chats/inside/2.json', JSON.stringify(openai));
    expect(await chats.importConversations(join(folder, 'chats'))).toMatchObject({
      created: { conversations: 1 },
      duplicates: 2,
      failed: 0,
    });
  });

  it('unpacks gzip, from a path or a stream, and keeps what came before a fault', async () => {
    const chats = await open();
    const text = Array.from(
      { length: 300 },
      (_, n) => `${JSON.stringify({ ...librechat, conversationId: `c${n}` })}\n`,
    );
    const packed = gzipSync(text.join(''));
    const pieces = Array.from({ length: Math.ceil(packed.length / 100) }, (_, n) =>
      packed.subarray(n * 100, n * 100 + 100),
    );
    expect(await chats.importConversations(pieces.slice(0, -1)).catch((error: unknown) => error)).toMatchObject({
      code: 'IMPORT_SOURCE',
      message: 'The file to import cannot be read: unexpected end of file.',
    });
    const { created } = await chats.importConversations(file('chats.jsonl.gz', packed));
    expect(created.conversations).toBeLessThan(300);
    expect(await chats.importConversations(pieces)).toMatchObject({ duplicates: 600, failed: 0 });
  });

  it('says what to do with an archive that it can’t use', async () => {
    const chats = await open();
    const refused = async (content: Uint8Array) => chats.importConversations(file('broken.zip', content));
    const whole = zipOf({ 'conversations.json': JSON.stringify([chat('c')]) });
    await expect(chats.importConversations([whole])).rejects.toMatchObject({
      code: 'IMPORT_FORMAT',
      hint: expect.stringContaining('path of the archive') as unknown,
    });
    await expect(refused(zipOf({}))).rejects.toThrow(ImportFormatError);
    await expect(refused(zipOf({ 'a.txt': 'a' }))).rejects.toThrow('no file of conversations');
    await expect(refused(zipOf({ 'conversations.json': ' ' }))).rejects.toThrow('conversations.json is empty');
    await expect(refused(whole.subarray(0, -30))).rejects.toThrow('The archive to import can');
    await expect(refused(whole.subarray(10))).rejects.toThrow(ImportFormatError);
    const encrypted = Buffer.from(whole);
    encrypted[encrypted.indexOf('PK\u0001\u0002') + 8] = 1;
    await expect(refused(encrypted)).rejects.toThrow('is encrypted');
    const changed = Buffer.from(zipOf({ 'conversations.json': JSON.stringify([chat('d')]) }, { isStored: true }));
    changed[changed.indexOf('Noon')] = 0x4d;
    await expect(refused(changed)).rejects.toThrow('is not what was packed');
    // Every other byte changed in turn: an error of the catalogue, or a report.
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      const outcome: unknown = await refused(damaged).catch((error: unknown) => error);
      const isKnown = outcome instanceof ImportSourceError || outcome instanceof ImportFormatError;
      expect(isKnown || (typeof outcome === 'object' && outcome !== null && 'created' in outcome)).toBe(true);
    }
  });

  it('stops at a small file that unpacks to no end', async () => {
    const chats = await open();
    const endless = `[1${' '.repeat(20 * 1024 * 1024)}`;
    const bomb = gzipSync(endless);
    await expect(chats.importConversations(file('bomb.gz', bomb))).rejects.toThrow('more than 200 times its size');
    const inside = zipOf({ 'conversations.json': endless });
    await expect(chats.importConversations(file('bomb.zip', inside))).rejects.toThrow('more than 200 times its size');
    await expect(chats.importConversations(file('blank', ' '.repeat(2_000_000)))).rejects.toThrow('white space');
  });
});
