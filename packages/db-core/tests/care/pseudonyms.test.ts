import { expect, it } from 'vitest';
import { Pseudonyms } from '../../src/care/scrub/pseudonyms.ts';

const pseudonyms = new Pseudonyms(Buffer.alloc(32, 7));
const others = new Pseudonyms(Buffer.alloc(32, 8));
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const EMAIL = /^u[a-z2-7]{16,}@example\.invalid$/;

it('a text keeps its length, its words and what stands between them', () => {
  for (const text of [
    'Ada, call me: 030 123-4567!',
    'Über die Größe – ÉTÉ',
    '  two  spaces\n\tand a tab ',
    'Привет, мир! Γειά σου',
    '打开数据库，然后关闭。カタカナ 한국어',
    'e\u0301 🐟 \u{20BB7}',
    '',
    '...',
    'x'.repeat(100_000),
  ]) {
    const made = pseudonyms.text(text);
    expect(made).toHaveLength(text.length);
    expect(made.replaceAll(/\p{L}/gu, 'x').replaceAll(/\d/g, '0').replaceAll('xx', 'x')).toBe(
      text.replaceAll(/\p{L}/gu, 'x').replaceAll(/\d/g, '0').replaceAll('xx', 'x'),
    );
    if (/\p{L}{4}/u.test(text)) expect(made).not.toBe(text);
    expect(pseudonyms.text(text)).toBe(made);
    expect(made.isWellFormed()).toBe(true);
  }
  const [first = '', second = ''] = ['Ada LOVELACE', 'ada lovelace'].map((text) => pseudonyms.text(text));
  expect(first).toMatch(/^[A-Z][a-z]{2} [A-Z]{8}$/);
  expect(second).toMatch(/^[a-z]{3} [a-z]{8}$/);
  expect(pseudonyms.text('数据')).toMatch(/^\p{Script=Han}{2}$/u);
  expect(others.text('some words that are long enough')).not.toBe(pseudonyms.text('some words that are long enough'));
});

it('the same word is another one elsewhere, and the same text the same', () => {
  const [one, two] = ['zeppelins fly', 'zeppelins land'].map((text) => pseudonyms.text(text).split(' ')[0]);
  expect(one).not.toBe(two);
  const many = new Set(
    Array.from({ length: 2000 }, (_, number) => pseudonyms.text(`zeppelins ${number}`).split(' ')[0]),
  );
  // As in a language: few words come often.
  expect(many.size).toBeGreaterThan(100);
  expect(many.size).toBeLessThan(600);
});

it('addresses stay addresses that lead nowhere, in texts too', () => {
  expect(pseudonyms.text('ada@example.net')).toMatch(EMAIL);
  expect(pseudonyms.owner('Ada@Example.net')).toBe(pseudonyms.unique('ada@example.net'));
  const long = `Write to ada@example.net, or look at https://example.net/ada?x=1. ${'And so on. '.repeat(9)}`;
  const made = pseudonyms.text(long);
  expect(made).toContain(pseudonyms.owner('ada@example.net'));
  expect(made).toMatch(/ https:\/\/[a-z2-7]{3}\.invalid\/[a-z]{3}\?/);
  expect(made).not.toContain('example.net');
  expect(made).toHaveLength(long.length);
});

it('ids stay of their kind, and different', () => {
  expect(pseudonyms.owner('keelson:system')).toBe('keelson:system');
  expect(pseudonyms.owner('erased:0190')).toBe('erased:0190');
  expect(pseudonyms.owner('01900000-0000-7000-8000-000000000000')).toMatch(UUID);
  expect(pseudonyms.owner('ada')).toMatch(/^user-[a-z2-7]{16}$/);
  const made = new Set(Array.from({ length: 20_000 }, (_, number) => pseudonyms.owner(`user_${number}`)));
  expect(made.size).toBe(20_000);
  expect(pseudonyms.unique('r1')).toHaveLength(16);
  expect(pseudonyms.unique('x'.repeat(40))).toHaveLength(40);
  expect(pseudonyms.unusable('secret')).toMatch(/^[0-9a-f]{64}$/);
});

it('JSON keeps its shape', () => {
  const value = {
    name: 'Ada Lovelace',
    n: 5,
    on: true,
    none: null,
    list: ['one two', { type: 'text', deep: 'Ada' }],
    'ada@example.net': 'x',
    'id 20260301': 1,
    constructor: 'y',
  };
  const made = pseudonyms.json(value, ['type']) as Record<string, unknown>;
  expect(Object.keys(made).slice(0, 5)).toEqual(['name', 'n', 'on', 'none', 'list']);
  expect(made).toMatchObject({ n: 5, on: true, none: null, list: [expect.any(String), { type: 'text' }] });
  expect(Object.keys(made)).toHaveLength(8);
  expect(JSON.stringify(made)).not.toMatch(/Ada|example\.net|2026/i);
  expect(made).toHaveProperty('constructor');
});
