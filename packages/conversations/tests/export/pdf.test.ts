import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { type ConversationExport, Conversations } from '../../src/index.ts';

const require = createRequire(import.meta.url);

async function bytesOf({ chunks }: ConversationExport): Promise<{ pdf: Buffer; pieces: number }> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return { pdf: Buffer.concat(all), pieces: all.length };
}

const pages = (pdf: Buffer): number => pdf.toString('latin1').split('/Type /Page\n').length - 1;

/** Every stretch of text that is drawn: its place from the left and from the foot of the page, in points. */
function places(pdf: Buffer): { x: number; y: number }[] {
  const found: { x: number; y: number }[] = [];
  const text = pdf.toString('latin1');
  for (const { index, 0: start } of text.matchAll(/stream\n/gu)) {
    const body = pdf.subarray(index + start.length, text.indexOf('endstream', index));
    try {
      const page = inflateSync(body).toString('latin1');
      for (const [, x, y] of page.matchAll(/1 0 0 1 ([\d.]+) ([\d.]+) Tm/gu))
        found.push({ x: Number(x), y: Number(y) });
    } catch {
      // Something else than a page: a font as it is.
    }
  }
  return found;
}

// Rows are the same on both engines, so that one is enough.
describeEngine('sqlite', 'PDF', (context) => {
  const open = async (...contents: readonly string[]) => {
    const chats = new Conversations(await context.open(), 'ada');
    const { id } = await chats.createConversation({ title: 'Tea 茶' });
    for (const content of contents) await chats.saveUserMessage({ conversationId: id, content });
    return { chats, id };
  };

  it('shows Latin, Greek, Cyrillic, Chinese, Japanese, Korean and signs, and names what it cannot show', async () => {
    const { chats, id } = await open(
      'Ünïcode Γειά Привет 你好，世界 こんにちは 안녕하세요 שלום مرحبا ∑ → │ 😀 👩‍💻 e\u0301 ✅\uFE0F',
      '```\nπ = 3 // 注释\n```',
    );
    const whole = await chats.exportConversation(id, { format: 'pdf' });
    const { pdf } = await bytesOf(whole);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.subarray(-6).toString().trim()).toBe('%%EOF');
    expect(whole.progress()).toEqual({ conversations: 1, messages: 2, missingCharacters: [] });
    const names = pdf.toString('latin1').match(/\/FontName \/\S+/gu) ?? [];
    expect(new Set(names.map((name) => name.replace(/^.*\+/u, ''))).size).toBe(4);

    await chats.saveUserMessage({ conversationId: id, content: '\u{E000} and \u{1FFFE} and \u{E000}' });
    const lacking = await chats.exportConversation(id, { format: 'pdf' });
    await bytesOf(lacking);
    expect(lacking.progress().missingCharacters).toEqual(['\u{E000}', '\u{1FFFE}']);
  });

  it('goes over many pages, in pieces, and writes nothing outside the margins', async () => {
    const long = `${'word '.repeat(300)}\n${'x'.repeat(3_000)}\n${'字'.repeat(600)}\n\`\`\`\n${'y '.repeat(400)}`;
    const { chats, id } = await open(...Array.from({ length: 30 }, (_, n) => `${n} ${long}`));
    const { pdf, pieces } = await bytesOf(await chats.exportConversation(id, { format: 'pdf' }));
    expect(pages(pdf)).toBeGreaterThan(30);
    expect(pieces).toBeGreaterThan(20);
    const found = places(pdf);
    expect(found.length).toBeGreaterThan(1_000);
    // A4 is 595 by 842 points; the feet of the pages are in the lower margin.
    expect(found.filter(({ x, y }) => x < 55 || x > 540 || y < 18 || y > 790)).toEqual([]);
  });

  it('writes what is read from right to left at the right, and a long model’s name below the heading', async () => {
    const { chats, id } = await open('שלום');
    await chats.saveAssistantMessage({
      conversationId: id,
      content: 'Good.',
      metadata: { modelName: 'a-model-with-a-name-'.repeat(8) },
    });
    const found = places((await bytesOf(await chats.exportConversation(id, { format: 'pdf' }))).pdf);
    // The times beside the headings end at the right margin, the Hebrew word too; the rest begins at the left one.
    expect(found.filter(({ x, y }) => x > 300 && y > 100)).toHaveLength(3);
    expect(found.filter(({ x }) => x > 500)).toHaveLength(2);
    expect(found.filter(({ x }) => x < 55 || x > 540)).toEqual([]);
  });

  it('begins each conversation on a page of its own, and says so when there is none', async () => {
    const { chats } = await open('a');
    await chats.createConversation({ title: 'Empty' });
    expect(pages((await bytesOf(chats.exportConversations({ format: 'pdf' }))).pdf)).toBe(2);
    const nobody = new Conversations(await context.open(), 'eve');
    expect(pages((await bytesOf(nobody.exportConversations({ format: 'pdf' }))).pdf)).toBe(1);
  });

  it('takes further fonts, and refuses what is none', async () => {
    const { chats, id } = await open('你好');
    const folder = mkdtempSync(join(tmpdir(), 'keelson-font-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'not-a-font.ttf'), 'words');
    const fonts = [require.resolve('@fontsource/unifontex/files/unifontex-latin-400-normal.woff')];
    const { pdf } = await bytesOf(await chats.exportConversation(id, { format: 'pdf', fonts }));
    expect(pages(pdf)).toBe(1);
    for (const file of ['not-a-font.ttf', 'missing.ttf']) {
      const wrong = await chats.exportConversation(id, { format: 'pdf', fonts: [join(folder, file)] });
      await expect(bytesOf(wrong)).rejects.toMatchObject({ code: 'EXPORT_FONT', exitCode: 2 });
    }
  });

  it('stops with the reason of its signal', async () => {
    const { chats, id } = await open('a', 'b');
    const signal = AbortSignal.abort(new Error('enough'));
    for (const format of ['json', 'pdf'] as const)
      await expect(bytesOf(await chats.exportConversation(id, { format, signal }))).rejects.toThrow('enough');
  });
});
