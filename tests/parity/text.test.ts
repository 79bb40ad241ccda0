import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeParity, type Loose } from './both.ts';

/** Characters, as both engines count them: an emoji of several is several. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** By bytes of UTF-8, as both engines are told to. */
function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const AWKWARD = [
  '',
  ' ',
  'a',
  'A',
  'b',
  'B',
  'Z',
  'z',
  '_',
  '-',
  'ä',
  'Ä',
  'a\u0308',
  'é',
  'ﬁ',
  'ß',
  'ss',
  'ı',
  'İ',
  '東',
  '京',
  '👩',
  '\u{FFFF}',
  '\u{10000}',
  '9',
  '10',
  'a b',
  'ab',
  'a-b',
];

describeParity('text', (pair) => {
  it('is ordered by its bytes, whatever the language of the database', async () => {
    const both = pair();
    await both.add(...AWKWARD.map((t) => ({ t, j: { t } })));
    const expected = AWKWARD.toSorted(byBytes);
    expect(await both.values((db) => db.selectFrom('items').select('t').orderBy('t'))).toEqual(expected);
    expect(await both.values((db) => db.selectFrom('items').select('t').orderBy('t', 'desc'))).toEqual(
      expected.toReversed(),
    );
    // Expressions of it as well.
    const orders: ((eb: Loose) => unknown)[] = [
      (eb) => eb('t', '||', 'x'),
      (eb) => eb.fn('replace', ['t', eb.val('#'), eb.val('')]),
      (eb) => eb.fn.coalesce('t', eb.val('')),
      (eb) => eb.ref('j', '->>').key('t'),
      (eb) => eb.case().when('n', 'is', null).then(eb.ref('t')).else('').end(),
    ];
    for (const order of orders) {
      const rows = await both.values((db) => db.selectFrom('items').select('t').orderBy(order).orderBy('t'));
      expect(rows.map(String).toSorted()).toEqual(expected.toSorted());
      expect(rows.slice(1, 5)).toEqual(
        (order === orders[0] ? AWKWARD.toSorted((a, b) => byBytes(`${a}x`, `${b}x`)) : expected).slice(1, 5),
      );
    }
    for (const than of ['a', 'Z', 'ä', '\u{10000}']) {
      expect(await both.values((db) => db.selectFrom('items').select('t').where('t', '<', than).orderBy('t'))).toEqual(
        expected.filter((t) => byBytes(t, than) < 0),
      );
      expect(
        await both.values((db) =>
          db
            .selectFrom('items')
            .select('t')
            .where((eb: Loose) => eb(eb.ref('j', '->>').key('t'), '>', than))
            .orderBy('t'),
        ),
      ).toEqual(expected.filter((t) => byBytes(t, than) > 0));
    }
    expect(await both.values((db) => db.selectFrom('items').select(({ fn }: Loose) => fn.max('t').as('x')))).toEqual([
      expected.at(-1),
    ]);
  });

  it('of any kind is ordered by its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.string({ unit: 'binary', maxLength: 4 }).filter((t) => t.isWellFormed() && !t.includes('\0')),
          { minLength: 2, maxLength: 12 },
        ),
        async (texts) => {
          const both = pair();
          await both.add(...texts.map((t) => ({ t })));
          expect(await both.values((db) => db.selectFrom('items').select('t').orderBy('t'))).toEqual(
            texts.toSorted(byBytes),
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is equal only to itself: case, accents, composition and spaces count', async () => {
    const both = pair();
    await both.add(...AWKWARD.map((t) => ({ t })));
    for (const t of AWKWARD) {
      expect(await both.values((db) => db.selectFrom('items').select('t').where('t', '=', t))).toEqual([t]);
    }
    expect(await both.values((db) => db.selectFrom('items').select('t').where('t', '=', 'a '))).toEqual([]);
    expect((await both.values((db) => db.selectFrom('items').select('t').distinct().orderBy('t'))).length).toBe(
      AWKWARD.length,
    );
  });

  it.each([
    ['a%', ['a', 'a b', 'a-b', 'a\u0308', 'ab']],
    ['A%', ['A']],
    ['_', AWKWARD.filter((t) => lengthOf(t) === 1)],
    ['__', AWKWARD.filter((t) => lengthOf(t) === 2)],
    ['%\\_%', ['_']],
    ['\\_', ['_']],
    ['a\\-b', ['a-b']],
    ['%b', ['a b', 'a-b', 'ab', 'b']],
    ['', ['']],
    ['%', AWKWARD],
    ['ä', ['ä']],
  ])('is like %s', async (pattern, expected) => {
    const both = pair();
    await both.add(...AWKWARD.map((t) => ({ t })));
    const query = (operator: string) =>
      both.values((db) => db.selectFrom('items').select('t').where('t', operator, pattern).orderBy('t'));
    expect(await query('like')).toEqual(expected.toSorted(byBytes));
    expect(await query('not like')).toEqual(AWKWARD.filter((t) => !expected.includes(t)).toSorted(byBytes));
  });

  it('is like what is escaped', async () => {
    const both = pair();
    const texts = ['100%', '100', 'a_b', 'aXb', 'c\\d', 'cd', "it's", '"q"'];
    await both.add(...texts.map((t) => ({ t })));
    const like = (pattern: string) =>
      both.values((db) => db.selectFrom('items').select('t').where('t', 'like', pattern).orderBy('t'));
    expect(await like('100\\%')).toEqual(['100%']);
    expect(await like('a\\_b')).toEqual(['a_b']);
    expect(await like('c\\\\d')).toEqual(['c\\d']);
    expect(await like("it's")).toEqual(["it's"]);
    expect(await both.refusal((db) => db.selectFrom('items').select('t').where('t', 'like', 'c\\'))).toBe('VALIDATION');
    expect(await both.refusal((db) => db.selectFrom('items').select('t').where('t', 'like', 'x'.repeat(50_001)))).toBe(
      'VALIDATION',
    );
    expect(await like('%'.repeat(2))).toEqual(texts.toSorted(byBytes));
  });

  it('has a length in characters, not in bytes or UTF-16 units', async () => {
    const both = pair();
    const texts = ['', 'abc', 'é', 'e\u0301', '東京', '👩', '👩‍👩‍👧', 'a\nb'];
    await both.add(...texts.map((t, n) => ({ t, n })));
    expect(
      await both.values((db) =>
        db
          .selectFrom('items')
          .select(({ fn }: Loose) => fn('length', ['t']).as('x'))
          .orderBy('n'),
      ),
    ).toEqual(texts.map((t) => lengthOf(t)));
  });

  it('is cut, folded, trimmed and replaced alike', async () => {
    const both = pair();
    await both.add(
      { n: 1, t: 'Ärger Über ÉTÉ' },
      { n: 2, t: '  two  ' },
      { n: 3, t: null },
      { n: 4, t: '' },
      { n: 5, t: '👩a東b' },
    );
    const rows = await both.rows((db) =>
      db
        .selectFrom('items')
        .select(({ fn, val, lit, ref }: Loose) => [
          fn('lower', ['t']).as('lower'),
          fn('upper', ['t']).as('upper'),
          fn('trim', ['t']).as('trim'),
          fn('substr', ['t', lit(2)]).as('rest'),
          fn('substr', ['t', val(1), val(2)]).as('two'),
          fn('substr', ['t', val(0), val(2)]).as('one'),
          fn('substr', ['t', val(99), val(2)]).as('none'),
          fn('replace', ['t', val('e'), val('3')]).as('replaced'),
          fn('replace', ['t', val(''), val('3')]).as('same'),
          fn('lower', [val('ÄÖ Z')]).as('folded'),
          fn.coalesce('t', val('none')).as('given'),
          fn('nullif', ['t', val('')]).as('filled'),
          ref('t').as('t'),
        ])
        .orderBy('n'),
    );
    expect(rows).toEqual([
      {
        lower: 'Ärger Über ÉtÉ',
        upper: 'ÄRGER ÜBER ÉTÉ',
        trim: 'Ärger Über ÉTÉ',
        rest: 'rger Über ÉTÉ',
        two: 'Är',
        one: 'Ä',
        none: '',
        replaced: 'Ärg3r Üb3r ÉTÉ',
        same: 'Ärger Über ÉTÉ',
        folded: 'ÄÖ z',
        given: 'Ärger Über ÉTÉ',
        filled: 'Ärger Über ÉTÉ',
        t: 'Ärger Über ÉTÉ',
      },
      {
        lower: '  two  ',
        upper: '  TWO  ',
        trim: 'two',
        rest: ' two  ',
        two: '  ',
        one: ' ',
        none: '',
        replaced: '  two  ',
        same: '  two  ',
        folded: 'ÄÖ z',
        given: '  two  ',
        filled: '  two  ',
        t: '  two  ',
      },
      {
        lower: null,
        upper: null,
        trim: null,
        rest: null,
        two: null,
        one: null,
        none: null,
        replaced: null,
        same: null,
        folded: 'ÄÖ z',
        given: 'none',
        filled: null,
        t: null,
      },
      {
        lower: '',
        upper: '',
        trim: '',
        rest: '',
        two: '',
        one: '',
        none: '',
        replaced: '',
        same: '',
        folded: 'ÄÖ z',
        given: '',
        filled: null,
        t: '',
      },
      {
        lower: '👩a東b',
        upper: '👩A東B',
        trim: '👩a東b',
        rest: 'a東b',
        two: '👩a',
        one: '👩',
        none: '',
        replaced: '👩a東b',
        same: '👩a東b',
        folded: 'ÄÖ z',
        given: '👩a東b',
        filled: '👩a東b',
        t: '👩a東b',
      },
    ]);
  });
});
