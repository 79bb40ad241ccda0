import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec, Engine } from '../../src/engine/contract.ts';
import { parseTimestamp, postgresEncoder, postgresTypes } from '../../src/engine/postgres/codecs.ts';
import { QueryError, ValidationError } from '../../src/errors/index.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { errorOf, plan, rowsOf, useEngines } from './support.ts';

const keepable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
const text = fc.string({ unit: 'binary' }).filter(keepable);
const times = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

/** Values with which each codec must come back as it went. */
const values: Readonly<Record<Codec, fc.Arbitrary<unknown>>> = {
  uuid: fc.uuid(),
  text,
  timestamp: times,
  boolean: fc.boolean(),
  json: fc
    .jsonValue({ stringUnit: 'binary' })
    .filter((value) => value !== null && keepable(JSON.stringify(value).replaceAll(/\\u0000/g, '\0'))),
  integer: fc.integer(),
  bigint: fc.maxSafeInteger(),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  blob: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
};

const codecs = Object.keys(values) as Codec[];

function sameJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describeEngine('postgres', 'values by codec', (context) => {
  const open = useEngines(context);

  async function roundTrip(engine: Engine, codec: Codec, list: readonly unknown[]): Promise<unknown[]> {
    const type = postgresTypes[codec];
    const encode = engine.encoder(codec);
    const sql = `select place, value from (values ${list.map((_, index) => `(${index}, $${index + 1}::${type})`).join(', ')}) v(place, value) order by place`;
    const rows = await rowsOf(engine, sql, list.map(encode));
    return rows.map((row) => row['value']);
  }

  for (const codec of codecs) {
    it(`${codec} comes back as it went`, async () => {
      // A session can inherit other settings than those the parsers rely on.
      const url = await context.emptyUrl();
      const name = new URL(url).pathname.slice(1);
      const raw = context.raw(url);
      await raw.query(`alter database "${name}" set timezone to 'America/St_Johns'`);
      await raw.query(`alter database "${name}" set datestyle to 'SQL, DMY'`);
      await raw.query(`alter database "${name}" set bytea_output to 'escape'`);
      await raw.query(`alter database "${name}" set extra_float_digits to -5`);
      const engine = await open({ url });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.option(values[codec]), { minLength: 1, maxLength: 20 }), async (list) => {
          const expected = codec === 'json' ? sameJson(list) : list;
          expect(await roundTrip(engine, codec, list)).toEqual(expected);
        }),
        { numRuns: 50 },
      );
    });
  }

  it('text of 10 MB comes back', async () => {
    const engine = await open();
    const large = 'é𝄞"\\'.repeat(2_000_000);
    expect(await roundTrip(engine, 'text', [large])).toEqual([large]);
    expect(await roundTrip(engine, 'json', [{ large }])).toEqual([{ large }]);
  });

  it('values without a codec go by their JavaScript type', async () => {
    const engine = await open();
    const encode = engine.encoder(undefined);
    const at = new Date('2026-03-01T12:34:56.789Z');
    const [row] = await rowsOf(
      engine,
      'select $1::text as a, $2::integer as b, $3::boolean as c, $4::timestamptz as d, $5::jsonb as e, $6::bytea as f, $7::text as g',
      [
        encode('x'),
        encode(5),
        encode(false),
        encode(at),
        encode([1, { b: 'c' }]),
        encode(new Uint8Array([1, 255])),
        encode(null),
      ],
    );
    expect(row).toEqual({ a: 'x', b: 5, c: false, d: at, e: [1, { b: 'c' }], f: Buffer.from([1, 255]), g: null });
    expect(() => encode(1n)).toThrow(ValidationError);
    expect(() => encode(Symbol('x'))).toThrow(ValidationError);
  });

  it('numbers from aggregates are numbers, and throw where JavaScript would change them', async () => {
    const engine = await open();
    const [row] = await rowsOf(
      engine,
      'select count(*) as a, sum(x) as b, avg(x) as c, max(x) as d from (values (1::bigint), (2::bigint)) v(x)',
    );
    expect(row).toEqual({ a: 2, b: 3, c: 1.5, d: 2 });
    for (const beyond of ['9007199254740993::bigint', '9007199254740993::numeric', '-9223372036854775808::bigint']) {
      expect(await errorOf(rowsOf(engine, `select ${beyond} as a`))).toBeInstanceOf(QueryError);
    }
    expect(await rowsOf(engine, 'select 1 as usable')).toEqual([{ usable: 1 }]);
  });

  it('expressions take the type that the query says they have', async () => {
    const engine = await open();
    const decode = new Map<string, Codec>([
      ['a', 'boolean'],
      ['b', 'boolean'],
      ['c', 'timestamp'],
      ['d', 'timestamp'],
      ['e', 'json'],
      ['f', 'json'],
      ['g', 'integer'],
      ['h', 'timestamp'],
    ]);
    const sql = `select 1 as a, false as b, 1772368496789 as c, '2026-03-01 12:34:56.789+00' as d, '{"x":[1]}' as e, '"text"'::jsonb as f, '12' as g, null::text as h`;
    const { rows } = await engine.execute(plan(sql, { decode }), []);
    const at = new Date('2026-03-01T12:34:56.789Z');
    expect(rows).toEqual([{ a: true, b: false, c: at, d: at, e: { x: [1] }, f: 'text', g: 12, h: null }]);
  });

  it('a list is one value, of any length', async () => {
    const engine = await open();
    const ids = ['0192f0c1-2f3a-7c4b-9d5e-6f708192a3b4', '0192f0c1-2f3a-7c4b-9d5e-6f708192a3b5'];
    const texts = ['a', 'b,c', '"d"', '\\e', '{f}', 'NULL', '', ' '];
    for (const [type, list] of [
      ['uuid', ids],
      ['text', texts],
      ['integer', [1, -2]],
      ['boolean', [true]],
      ['text', []],
    ] as const) {
      const encoded = engine.encodeList(list);
      const rows = await rowsOf(engine, `select x from unnest($1::${type}[]) x`, [encoded]);
      expect(rows.map(({ x }) => x)).toEqual(list);
    }
    expect(
      await rowsOf(engine, `select 'b,c' = any($1) as a, 'x' = any($1) as b, 'x' <> all($1) as c`, [
        engine.encodeList(texts),
      ]),
    ).toEqual([{ a: true, b: false, c: true }]);
  });
});

describe('times as the server writes them', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['2026-03-01 12:34:56+00', '2026-03-01T12:34:56.000Z'],
    ['2026-03-01 12:34:56.7+00', '2026-03-01T12:34:56.700Z'],
    ['2026-03-01 12:34:56.78+00', '2026-03-01T12:34:56.780Z'],
    ['2026-03-01 12:34:56.789123+00', '2026-03-01T12:34:56.789Z'],
    ['2026-03-01 12:34:56.789-03:30', '2026-03-01T16:04:56.789Z'],
    ['2026-03-01 12:34:56.789+05', '2026-03-01T07:34:56.789Z'],
    ['2026-03-01 12:34:56', '2026-03-01T12:34:56.000Z'],
    ['0099-12-31 23:59:59.999+00', '0099-12-31T23:59:59.999Z'],
    ['10000-01-01 00:00:00+00', '+010000-01-01T00:00:00.000Z'],
    ['0044-03-15 00:00:00+00 BC', '-000043-03-15T00:00:00.000Z'],
  ];
  for (const [written, expected] of cases) {
    it(`${written} is ${expected}`, () => {
      expect(parseTimestamp(written).toISOString()).toBe(expected);
    });
  }

  it('infinity is refused', () => {
    expect(() => parseTimestamp('infinity')).toThrow(QueryError);
  });
});

describe('encoders', () => {
  it('take null and nothing else for NULL', () => {
    for (const codec of codecs) {
      expect(postgresEncoder(codec)(null)).toBeNull();
      expect(() => postgresEncoder(codec)(Symbol('x'))).toThrow(ValidationError);
    }
  });
});
