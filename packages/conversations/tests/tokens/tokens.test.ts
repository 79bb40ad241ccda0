import { ImmutableRowError, Jobs, Worker } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conversations, countTokensJob, demoExportPath } from '../../src/index.ts';
import { hasLongRun } from '../../src/tokens/long-runs.ts';
import { tokensOf } from '../../src/tokens/message-tokens.ts';
import { bounded, loadTokenizer } from '../../src/tokens/tokenizer.ts';

const count = await loadTokenizer();

describe('tokens', () => {
  it('are counted as the encoding has them', () => {
    expect(count('hello world')).toBe(2);
    expect(count('Grüße, 東京 👩‍🚀')).toBeGreaterThan(5);
    expect(count('a <|endoftext|> b <|im_start|>')).toBeGreaterThan(5);
    expect(count('')).toBe(0);
  });

  it('are never counted over more than a few hundred characters of one piece, whatever the text', () => {
    const longest: number[] = [];
    const measured = bounded((text) => {
      longest.push(...[...text.matchAll(/[\p{L}\p{M}]+|\s+|(?:[^\s\p{L}\p{N}]|[\r\n])+/gu)].map(([run]) => run.length));
      return text.length;
    });
    const unit = fc.constantFrom(
      'a',
      'Z',
      'ß',
      '漢',
      'ا',
      '́',
      ' ',
      '\n',
      '\t',
      '=',
      '/',
      '—',
      '😀',
      '7',
      '/\n',
      'aé',
      "it's ",
    );
    const run = fc.tuple(unit, fc.integer({ min: 1, max: 5_000 })).map(([text, times]) => text.repeat(times));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 5 }), (runs) => {
        longest.length = 0;
        const text = runs.join('');
        const tokens = measured(text);
        expect(Math.max(0, ...longest)).toBeLessThanOrEqual(512);
        expect(tokens).toBeGreaterThanOrEqual(text.length * 0.5);
      }),
      { numRuns: 150 },
    );
    longest.length = 0;
    let looked = 0;
    const total = bounded((text) => {
      looked += text.length;
      return text.length;
    })('word '.repeat(800_000));
    expect(total).toBe(4_000_000);
    expect(looked).toBeLessThan(20_000);
  });

  it('of ordinary text are counted as if it were not bounded', async () => {
    const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
    const texts = [
      'The quick brown fox. '.repeat(200),
      '東京は日本の首都です。人口は約千四百万人。'.repeat(60),
      'Größe: 3,50 € — "gut"\n'.repeat(100),
    ];
    for (const text of texts) expect(count(text)).toBe(countTokens(text));
    expect(hasLongRun(texts[0]!)).toBe(false);
    // Estimates of what only looks like text are near, and rather too high.
    const letters = 'abcdefgh'.repeat(600);
    expect(count(letters) / countTokens(letters)).toBeGreaterThan(0.95);
    expect(count(letters) / countTokens(letters)).toBeLessThan(1.2);
  });

  it('of a message are those of its text and its parts, a text that is there twice once', () => {
    const words = (text: string) => text.split(/\s+/u).filter((word) => word !== '').length;
    expect(tokensOf({ content: 'one two', parts: null }, words)).toBe(2);
    expect(tokensOf({ content: 'one two', parts: [{ type: 'text', text: 'one two' }] }, words)).toBe(2);
    expect(
      tokensOf(
        {
          content: '',
          parts: [
            { type: 'reasoning', text: 'let me see' },
            { type: 'tool-call', toolName: 'find', input: { a: 1 } },
            { type: 'tool-result', output: 'it is here' },
            { type: 'attachment', name: 'picture', url: 'data:image/png;base64,xxxx' },
            { type: 'data', name: 'chart', data: [1] },
          ],
        },
        words,
      ),
    ).toBe(3 + 2 + 3 + 1 + 2);
  });
});

describeEngines('counting afterwards', (context) => {
  it('counts what came without counts, once, and changes nothing else', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    await chats.importConversations(demoExportPath());
    const rows = () =>
      database
        .forUser('ada')
        .all((db) =>
          db.selectFrom('conversation_messages').select(['id', 'token_count', 'content', 'status']).orderBy('id'),
        );
    const before = await rows();
    expect(before.every((row) => row.token_count === null)).toBe(true);
    const jobs = new Jobs(database);
    const kind = jobs.define(countTokensJob(database));
    const run = async () => {
      const { id } = await jobs.enqueue('ada', kind, {});
      const stop = new AbortController();
      const working = new Worker(jobs, { pollMs: 20, signal: stop.signal }).run();
      await expect.poll(async () => (await jobs.get('ada', id)).status, { timeout: 20_000 }).toBe('completed');
      stop.abort();
      await working;
      return (await jobs.get('ada', id)).result;
    };
    expect(await run()).toEqual({ counted: before.filter(({ status }) => status !== 'partial').length });
    const after = await rows();
    const uncounted = (row: (typeof before)[number]) => ({ ...row, token_count: null });
    expect(after.map(uncounted)).toEqual(before.map(uncounted));
    expect(after.every((row) => row.token_count !== null)).toBe(true);
    expect(await run()).toEqual({ counted: 0 });
    const change = (values: { token_count?: number; content?: string }) =>
      database
        .forUser('ada')
        .run((db) => db.updateTable('conversation_messages').set(values).where('id', '=', after[0]!.id));
    await expect(change({ token_count: 1 })).rejects.toThrow(ImmutableRowError);
    await expect(change({ content: 'x' })).rejects.toThrow(ImmutableRowError);
  });
});
