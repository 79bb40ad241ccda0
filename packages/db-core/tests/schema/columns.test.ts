import { describe, expect, it } from 'vitest';
import { CheckViolationError, ConfigurationError, KeelsonError } from '../../src/errors/index.ts';
import { columnTypes } from '../../src/schema/columns.ts';
import { recordSql } from '../../src/schema/recording.ts';
import type { Migration } from '../../src/schema/migration.ts';
import { change, describeSchema, query, run } from './support.ts';

const id = '0192f0c1-2f3a-7c4b-9d5e-6f708192a3b4';

const typed: Migration = {
  name: '0001_typed',
  up(m) {
    m.createTable(
      'typed',
      (t) => ({
        id: t.integer(),
        user_id: t.userId().default('ada'),
        a_uuid: t.uuid().nullable(),
        a_text: t.text().nullable(),
        short: t.text({ min: 2, max: 4 }).nullable(),
        kind: t.oneOf(['a', "b'c"]).default("b'c"),
        at: t.timestamp().nullable(),
        yes: t.boolean().default(true),
        settings: t.json().default('{}'),
        count: t.integer({ min: 0, max: 10 }).nullable(),
        whole: t.integer().nullable(),
        large: t.bigint({ max: 9007199254740991 }).nullable(),
        ratio: t.real({ min: 0, max: 1 }).nullable(),
        bytes: t.blob().nullable(),
      }),
      { primaryKey: ['id'] },
    );
  },
};

/** SQL literals; a pair where the engines write the value differently. */
type Literal = string | readonly [sqlite: string, postgres: string];

const accepted: Readonly<Record<string, readonly Literal[]>> = {
  user_id: [`'x'`, `'${'é'.repeat(255)}'`],
  a_uuid: [`'${id}'`, 'NULL'],
  a_text: [`''`, `'𝄞'`, 'NULL'],
  short: [`'ab'`, `'abcd'`, `'𝄞𝄞𝄞𝄞'`, 'NULL'],
  kind: [`'a'`, `'b''c'`],
  at: [['1767225600000', `'2026-01-01T00:00:00Z'`], ['-1', `'1969-12-31T23:59:59.999Z'`], 'NULL'],
  yes: [
    ['0', 'false'],
    ['1', 'true'],
  ],
  settings: [`'{}'`, `'[1, "a", null]'`, `'null'`],
  count: ['0', '10', 'NULL'],
  whole: ['-2147483648', '2147483647'],
  large: ['-9007199254740991', '9007199254740991', 'NULL'],
  ratio: ['0', '0.5', '1', 'NULL'],
  bytes: [["x'00ff'", `'\\x00ff'`], 'NULL'],
};

const refused: Readonly<Record<string, readonly Literal[]>> = {
  user_id: [`''`, `'${'é'.repeat(256)}'`, 'NULL'],
  a_uuid: [`'no uuid'`, `''`, `'0192f0c1-2f3a-7c4b-9d5e-6f708192a3bx'`],
  short: [`'a'`, `'abcde'`, `''`],
  kind: [`'A'`, `'b'`, `''`, 'NULL'],
  at: [`'some day'`, ['1.5', `'2026-13-01'`]],
  yes: ['2', `'perhaps'`, 'NULL'],
  settings: [`'{'`, `'{a: 1}'`, 'NULL'],
  count: ['-1', '11', `'many'`],
  whole: ['2147483648', '-2147483649', `'1.5x'`],
  large: ['9007199254740992', `'many'`],
  ratio: ['-0.1', '1.1', `'half'`],
  bytes: [[`'text'`, `'\\xg'`]],
};

describeSchema('columns', ({ kind, newEngine }) => {
  const literalOf = (literal: Literal): string =>
    typeof literal === 'string' ? literal : literal[kind === 'sqlite' ? 0 : 1];
  const insert = (column: string, literal: Literal, row: number): string =>
    `INSERT INTO typed (id, ${column}) VALUES (${row}, ${literalOf(literal)})`;

  it('take what their type and rule say', async () => {
    const engine = await newEngine();
    await run(engine, [typed]);
    let row = 0;
    for (const [column, literals] of Object.entries(accepted)) {
      for (const literal of literals)
        expect(await change(engine, insert(column, literal, (row += 1))), `${column} ${literalOf(literal)}`).toBe(1);
    }
  });

  it('refuse everything else', async () => {
    const engine = await newEngine();
    await run(engine, [typed]);
    for (const [column, literals] of Object.entries(refused)) {
      for (const literal of literals)
        await expect(change(engine, insert(column, literal, 1)), `${column} ${literalOf(literal)}`).rejects.toThrow(
          KeelsonError,
        );
    }
    expect(await query(engine, 'SELECT id FROM typed')).toEqual([]);
  });

  it('name the column whose rule is broken', async () => {
    const engine = await newEngine();
    await run(engine, [typed]);
    const refusal = change(engine, insert('count', '11', 1));
    await expect(refusal).rejects.toThrow(CheckViolationError);
    await expect(refusal).rejects.toThrow('typed_count_check');
  });

  it('have the defaults that they say', async () => {
    const engine = await newEngine();
    await run(engine, [typed]);
    await change(engine, 'INSERT INTO typed (id) VALUES (1)');
    expect(await query(engine, 'SELECT user_id, kind, yes, settings, count FROM typed')).toEqual([
      { user_id: 'ada', kind: "b'c", yes: true, settings: {}, count: null },
    ]);
  });

  it('order text by its bytes', async () => {
    const engine = await newEngine();
    await run(engine, [typed]);
    const texts = ['b', 'a', 'B', 'ä', 'a b', 'ab', '𝄞', '', '�'];
    for (const [row, text] of texts.entries())
      await change(engine, 'INSERT INTO typed (id, a_text) VALUES ($1, $2)', [row, text]);
    const ordered = (await query(engine, 'SELECT a_text FROM typed ORDER BY a_text')).map(
      (found) => found['a_text'] as string,
    );
    expect(ordered).toEqual(texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });
});

describe('what a migration describes', () => {
  const sqlOf = (up: Migration['up']): Promise<string[]> => recordSql({ name: '0001_a', up }, 'postgres', 'up');

  it('may not have names that the engines would treat differently', async () => {
    for (const name of ['Upper', '1st', 'with space', 'a"b', '', 'ü', 'x'.repeat(64)]) {
      await expect(
        sqlOf((m) => m.createTable(name, (t) => ({ id: t.uuid() }), { primaryKey: ['id'] })),
        name,
      ).rejects.toThrow(ConfigurationError);
      await expect(
        sqlOf((m) => m.dropTables(name)),
        name,
      ).rejects.toThrow(ConfigurationError);
    }
    const long = 'x'.repeat(40);
    await expect(
      sqlOf((m) => m.createTable(long, (t) => ({ [long]: t.userId() }), { primaryKey: [long] })),
    ).rejects.toThrow('longer than 63');
  });

  it('may not have a least length without a greatest, or a new column that old rows have no value for', async () => {
    expect(() => columnTypes.text({ min: 1 })).toThrow(ConfigurationError);
    await expect(sqlOf((m) => m.addColumn('a', 'b', (t) => t.uuid()))).rejects.toThrow('nullable or give it a default');
    expect(await sqlOf((m) => m.addColumn('a', 'b', (t) => t.uuid().nullable()))).toEqual([
      'ALTER TABLE "a" ADD COLUMN "b" uuid',
    ]);
  });

  it('may not have an index column that is no column', async () => {
    await expect(sqlOf((m) => m.createIndex('i', 'a', { columns: ['b; DROP TABLE a'] }))).rejects.toThrow(
      ConfigurationError,
    );
    expect(
      await sqlOf((m) =>
        m.createIndex('i', 'a', { columns: ['b desc nulls last', 'c desc', 'd'], unique: true, where: 'b > 1' }),
      ),
    ).toEqual(['CREATE UNIQUE INDEX "i" ON "a" ("b" DESC NULLS LAST, "c" DESC, "d") WHERE b > 1']);
    expect(
      await recordSql(
        { name: '0001_a', up: (m) => m.createIndex('i', 'a', { columns: ['b asc nulls first', 'c desc nulls last'] }) },
        'sqlite',
        'up',
      ),
    ).toEqual(['CREATE INDEX "i" ON "a" ("b", "c" DESC)']);
  });
});
