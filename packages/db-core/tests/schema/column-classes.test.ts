import { expect, it } from 'vitest';
import { SECRET_COLUMNS, TABLE_CARE } from '../../src/schema/column-classes.ts';
import { schema } from '../../src/schema/generated/tables.ts';
import { scopeOf } from '../../src/schema/table-scopes.ts';
import { HIDDEN_VALUE, loggableJson } from '../../src/platform/redact.ts';
import { describeEngines } from '../../src/testing/index.ts';

it('gives every column of every table a class, and none to what is not there', () => {
  const classed = Object.entries(TABLE_CARE).map(([name, { columns }]) => [name, Object.keys(columns).sort()]);
  const present = schema.tables.map(({ name, columns }) => [name, columns.map((column) => column.name).sort()]);
  expect(Object.fromEntries(classed)).toEqual(Object.fromEntries(present));
});

it('says of every table with owners whose its rows are', () => {
  for (const { name, columns } of schema.tables) {
    const { owners = [], order, released = [] } = TABLE_CARE[name]!;
    const names = columns.map((column) => column.name);
    expect(names, name).toEqual(expect.arrayContaining([...owners, ...released]));
    if (scopeOf({ name, primaryKey: [] }) === 'tenant') expect(names).toContain('user_id');
    for (const column of order?.split(', ') ?? []) expect(names).toContain(column.replace(/ DESC$/, ''));
  }
});

it('keeps the values of secret columns that logs could have out of them', () => {
  expect(SECRET_COLUMNS).toEqual(['password_hash', 'passwordHash', 'hash']);
  for (const name of SECRET_COLUMNS)
    expect(loggableJson({ row: { [name]: 'hush' } })).toEqual({ row: { [name]: HIDDEN_VALUE } });
});

describeEngines('the tables that are said to be immutable', ({ engine, raw, url }) => {
  it('are those whose triggers refuse changes', async () => {
    const connection = raw(await url());
    const rows = await connection.query(
      engine === 'sqlite'
        ? `SELECT DISTINCT tbl_name AS name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%_refuse_%'`
        : `SELECT DISTINCT event_object_table AS name FROM information_schema.triggers WHERE trigger_name LIKE '%_refuse_%'`,
    );
    const immutable = Object.entries(TABLE_CARE).flatMap(([name, { isImmutable }]) => (isImmutable ? [name] : []));
    expect(rows.map(({ name }) => String(name)).sort()).toEqual(immutable.sort());
  });
});
