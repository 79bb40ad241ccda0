import { expect, it } from 'vitest';
import { describeEngine } from '../../src/testing/index.ts';
import { useEngines } from './support.ts';

const SCHEMA = `
  create table "Second" (user_id text collate "C" not null, id uuid not null, primary key (user_id, id));
  create table first (
    user_id text not null, id uuid not null default gen_random_uuid(), parent uuid, other uuid,
    at timestamptz(3) not null, flag boolean not null default true, data jsonb, small integer, large bigint, share double precision, raw bytea,
    gone integer, name varchar(20) unique, serial integer generated always as identity,
    primary key (user_id, id),
    foreign key (user_id, parent) references "Second" (user_id, id) on delete cascade,
    foreign key (user_id, other) references first (user_id, id));
  alter table first drop column gone;
  create index first_recent on first (user_id, at desc, id) include (name);
  create index first_flagged on first (user_id) where flag;
  create unique index first_lower on first (user_id, lower(name));
  create table parts (user_id text, n integer) partition by range (n);
  create table parts_1 partition of parts for values from (0) to (10);
  create view seen as select 1 as a;
  create schema other; create table other.hidden (a money)`;

describeEngine('postgres', 'the schema', (context) => {
  const open = useEngines(context);

  it('is described as it is', async () => {
    const engine = await open();
    await engine.exec(SCHEMA);
    const { tables } = await engine.inspect();
    expect(tables.map(({ name }) => name)).toEqual(['Second', 'first', 'parts']);
    const [second, first] = tables;
    expect(second).toEqual({
      name: 'Second',
      columns: [
        { name: 'user_id', codec: 'text', nullable: false, hasDefault: false },
        { name: 'id', codec: 'uuid', nullable: false, hasDefault: false },
      ],
      primaryKey: ['user_id', 'id'],
      foreignKeys: [],
      indexes: [],
    });
    expect(first).toEqual({
      name: 'first',
      columns: [
        { name: 'user_id', codec: 'text', nullable: false, hasDefault: false },
        { name: 'id', codec: 'uuid', nullable: false, hasDefault: true },
        { name: 'parent', codec: 'uuid', nullable: true, hasDefault: false },
        { name: 'other', codec: 'uuid', nullable: true, hasDefault: false },
        { name: 'at', codec: 'timestamp', nullable: false, hasDefault: false },
        { name: 'flag', codec: 'boolean', nullable: false, hasDefault: true },
        { name: 'data', codec: 'json', nullable: true, hasDefault: false },
        { name: 'small', codec: 'integer', nullable: true, hasDefault: false },
        { name: 'large', codec: 'bigint', nullable: true, hasDefault: false },
        { name: 'share', codec: 'real', nullable: true, hasDefault: false },
        { name: 'raw', codec: 'blob', nullable: true, hasDefault: false },
        { name: 'name', codec: 'text', nullable: true, hasDefault: false },
        { name: 'serial', codec: 'integer', nullable: false, hasDefault: true },
      ],
      primaryKey: ['user_id', 'id'],
      foreignKeys: [
        { columns: ['user_id', 'other'], table: 'first', references: ['user_id', 'id'], onDelete: 'no action' },
        { columns: ['user_id', 'parent'], table: 'Second', references: ['user_id', 'id'], onDelete: 'cascade' },
      ],
      indexes: [
        { name: 'first_flagged', columns: [{ name: 'user_id', descending: false }], unique: false, partial: true },
        {
          name: 'first_lower',
          columns: [
            { name: 'user_id', descending: false },
            { name: 'lower(name::text)', descending: false },
          ],
          unique: true,
          partial: false,
        },
        { name: 'first_name_key', columns: [{ name: 'name', descending: false }], unique: true, partial: false },
        {
          name: 'first_recent',
          columns: [
            { name: 'user_id', descending: false },
            { name: 'at', descending: true },
            { name: 'id', descending: false },
          ],
          unique: false,
          partial: false,
        },
      ],
    });
  });

  it('inside a transaction is what it has become there', async () => {
    const engine = await open();
    const transaction = await engine.begin({ mode: 'exclusive-schema' });
    await transaction.exec('create table t (id integer primary key)');
    expect((await engine.inspect(transaction)).tables).toHaveLength(1);
    expect((await engine.inspect()).tables).toEqual([]);
    await transaction.rollback();
  });

  it('may have columns of types that Keelson has not', async () => {
    const engine = await open();
    await engine.exec('create table t (price money)');
    expect((await engine.inspect()).tables[0]?.columns).toEqual([
      { name: 'price', codec: 'blob', nullable: true, hasDefault: false },
    ]);
  });
});
