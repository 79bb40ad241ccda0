import type { TableDescription } from '@keelson/db-core/testing';
import type { AnyBuilder } from './fixture.ts';
import { idOf } from './rows.ts';
import type { Wall } from './walls.ts';

export interface Operation {
  readonly name: string;
  /** May it fail because rows of the table can't be changed? */
  readonly writes: boolean;
  build(db: AnyBuilder, table: TableDescription, wall: Pick<Wall, 'isGuarded'>): unknown;
}

/** A change that any row can take: of free text where there is some, otherwise of a time, or of bytes. */
export function changeOf(table: TableDescription): Readonly<Record<string, unknown>> {
  const text = table.columns.find(({ name }) =>
    ['title', 'content', 'name', 'display_name', 'message', 'description'].includes(name),
  );
  if (text !== undefined) return { [text.name]: 'changed' };
  const time = table.columns.find(({ codec }) => codec === 'timestamp');
  const bytes = table.columns.find(({ codec }) => codec === 'blob');
  if (time === undefined && bytes !== undefined) return { [bytes.name]: Uint8Array.of(0) };
  if (time === undefined && table.columns.some(({ name }) => name === 'parent_seq')) return { parent_seq: 0 };
  if (time === undefined) throw new Error(`Say in operations.ts what can be changed in ${table.name}.`);
  return { [time.name]: new Date(0) };
}

/** What can be done to any table; each names no user, and must not meet one. */
export const operations: readonly Operation[] = [
  { name: 'select', writes: false, build: (db, { name }) => db.selectFrom(name).select(['id', 'user_id']) },
  { name: 'select all columns', writes: false, build: (db, { name }) => db.selectFrom(name).selectAll() },
  {
    name: 'select with an open OR',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(name)
        .select(['id', 'user_id'])
        .where((eb) => eb.or([eb('id', 'is not', null as never), eb.lit(true) as never])),
  },
  {
    name: 'select with the other owner asked for',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(name)
        .select(['id', 'user_id'])
        .where('user_id', '=', 'eve' as never),
  },
  {
    name: 'count',
    writes: false,
    build: (db, { name }) => db.selectFrom(name).select(({ fn }) => fn.countAll().as('rows')),
  },
  {
    name: 'group',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(name)
        .select(({ fn }) => ['user_id', fn.countAll().as('rows')])
        .groupBy('user_id'),
  },
  {
    name: 'join with itself',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(`${name} as a`)
        .innerJoin(`${name} as b`, 'b.id' as never, 'a.id' as never)
        .select(['a.user_id as one', 'b.user_id as two', 'a.id'] as never),
  },
  {
    name: 'left join',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(`${name} as a`)
        .leftJoin(`${name} as b`, (join) => join.onTrue())
        .select(['a.user_id as one', 'b.user_id as two'] as never),
  },
  {
    name: 'right join',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(`${name} as a`)
        .rightJoin(`${name} as b`, 'b.id' as never, 'a.id' as never)
        .select(['a.user_id as one', 'b.user_id as two'] as never),
  },
  {
    name: 'full join',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(`${name} as a`)
        .fullJoin(`${name} as b`, 'b.id' as never, 'a.id' as never)
        .select(['a.user_id as one', 'b.user_id as two'] as never),
  },
  {
    name: 'cross join',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(`${name} as a`)
        .crossJoin(`${name} as b`)
        .select(['a.user_id as one', 'b.user_id as two'] as never),
  },
  {
    name: 'several tables',
    writes: false,
    build: (db, { name }) =>
      db.selectFrom([`${name} as a`, `${name} as b`]).select(['a.user_id as one', 'b.user_id as two'] as never),
  },
  {
    name: 'subquery in a selection',
    writes: false,
    build: (db, { name }) =>
      db.selectFrom(name).select((eb) => [
        'id',
        eb
          .selectFrom(`${name} as s`)
          .select(({ fn }) => fn.countAll().as('n'))
          .as('rows'),
      ]),
  },
  {
    name: 'subquery in a condition',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(name)
        .select(['id', 'user_id'])
        .where('id', 'in', db.selectFrom(`${name} as s`).select('s.id' as never) as never),
  },
  {
    name: 'exists',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(name)
        .select('id')
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom(`${name} as s`)
              .select('s.id' as never)
              .where('s.user_id' as never, '=', 'eve' as never),
          ),
        ),
  },
  {
    name: 'CTE',
    writes: false,
    build: (db, { name }) =>
      db
        .with('part', (cte) => cte.selectFrom(name).select(['id', 'user_id']))
        .selectFrom('part')
        .select(['id', 'user_id']),
  },
  {
    name: 'union',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(name)
        .select(['id', 'user_id'])
        .unionAll(db.selectFrom(`${name} as u`).select(['u.id', 'u.user_id'] as never) as never),
  },
  {
    name: 'except',
    writes: false,
    build: (db, { name }) =>
      db
        .selectFrom(name)
        .select(['user_id'])
        .except(
          db
            .selectFrom(`${name} as u`)
            .select('u.user_id' as never)
            .where('u.user_id' as never, '=', 'ada' as never) as never,
        ),
  },
  {
    name: 'update of everything',
    writes: true,
    build: (db, table) => db.updateTable(table.name).set(changeOf(table)),
  },
  {
    name: 'update by id',
    writes: true,
    build: (db, table) => db.updateTable(table.name).set(changeOf(table)).where('id', '=', idOf(table.name, 1)),
  },
  {
    name: 'update from',
    writes: true,
    build: (db, table) =>
      db
        .updateTable(`${table.name} as a`)
        .from(`${table.name} as b` as never)
        .set(changeOf(table))
        .whereRef('a.id' as never, '=', 'b.id' as never),
  },
  { name: 'delete of everything', writes: true, build: (db, { name }) => db.deleteFrom(name) },
  {
    name: 'delete with a subquery',
    writes: true,
    build: (db, { name }) =>
      db.deleteFrom(name).where('id', 'in', db.selectFrom(`${name} as s`).select('s.id' as never) as never),
  },
  {
    name: 'insert over rows that exist',
    writes: true,
    build: (db, table, { isGuarded }) => {
      const columns = table.columns.map(({ name }) => name).filter((name) => !isGuarded || name !== 'user_id');
      return db
        .insertInto(table.name)
        .columns(columns)
        .expression((eb) => eb.selectFrom(`${table.name} as s`).select(columns.map((name) => `s.${name}`) as never))
        .onConflict((oc) => oc.columns(['user_id', 'id']).doUpdateSet(changeOf(table)));
    },
  },
];
