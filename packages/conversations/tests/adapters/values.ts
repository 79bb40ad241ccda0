import fc from 'fast-check';

/** Texts as people and tools give them, those among them that no database keeps as they are. */
export const anyText = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'a\0b',
      'half \ud83d',
      'Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);

/** Names and ids, which may be short, long or strange. */
export const anyId = fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 300 }));

/** Objects that use the word by which an outline knows itself, and a value that a part would hold as it is. */
const awkward = fc.constantFrom(
  { $keelson: { part: 0 } },
  { $keelson: 'x', other: [1] },
  { __proto__x: 1, constructor: 'y', nested: { empty: {}, list: [] } },
);

const key = fc.string({ unit: 'grapheme-ascii', maxLength: 8 }).filter((name) => name !== '__proto__');

export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 2, arbitrary: awkward },
  {
    weight: 6,
    arbitrary: fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        anyText,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value,
  },
);

export const anyObject = fc.dictionary(key, anyJson, { maxKeys: 4, noNullPrototype: true });

/** Present, or not there at all: JSON knows no undefined members. */
export function record<T>(required: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T>;
export function record<T, O>(
  required: { readonly [K in keyof T]: fc.Arbitrary<T[K]> },
  optional: { readonly [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<T & Partial<O>>;
export function record(
  required: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<unknown> {
  const requiredKeys = Object.keys(required);
  return fc.record({ ...required, ...optional }, { requiredKeys, noNullPrototype: true });
}

export const fewRuns = { numRuns: 15 } as const;
