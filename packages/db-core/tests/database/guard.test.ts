import { type ExpressionBuilder, type Kysely, type QueryCreator, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { TenancyViolationError } from '../../src/errors/index.ts';
import type { Buildable, QueryBuilder } from '../../src/database/query.ts';
import type { TenantDatabase } from '../../src/schema/types.ts';
import { compileEverywhere, compilers, guardedSql, systemSql } from './compile.ts';

const ID = '019aa6c0-0000-7000-8000-000000000000';

type Build = (db: QueryBuilder<TenantDatabase>) => Buildable<unknown>;

function joined(db: QueryBuilder<TenantDatabase>, join: 'rightJoin' | 'fullJoin'): Buildable<unknown> {
  const from = db.selectFrom('conversations as c');
  return join === 'rightJoin'
    ? from.rightJoin('conversation_messages as m', 'm.conversation_id', 'c.id').select('c.id')
    : from.fullJoin('conversation_messages as m', 'm.conversation_id', 'c.id').select('c.id');
}

/** The builder as somebody sees it who goes around the types. */
function untyped(db: QueryBuilder<TenantDatabase>): QueryCreator<Record<string, Record<string, never>>> {
  return db as never;
}

describe('what the guard narrows', () => {
  const owned = (alias: string): string => `"${alias}"."user_id" = +?`;

  it('a select', () => {
    expect(guardedSql((db) => db.selectFrom('conversations').select('id'))).toBe(
      `select "id" from "conversations" where ${owned('conversations')}`,
    );
  });

  it('a select with an OR, which stays inside its parentheses', () => {
    const built = guardedSql((db) =>
      db
        .selectFrom('conversations')
        .select('id')
        .where((eb) => eb.or([eb('title', '=', 'a'), eb('title', '=', 'b')])),
    );
    expect(built).toContain(`where ${owned('conversations')} and (`);
    expect(built.endsWith(')')).toBe(true);
  });

  it('both sides of an inner join', () => {
    const built = guardedSql((db) =>
      db
        .selectFrom('conversations as c')
        .innerJoin('conversation_messages as m', 'm.conversation_id', 'c.id')
        .select('m.id'),
    );
    expect(built).toContain(`on ${owned('m')} and (`);
    expect(built).toContain(`where ${owned('c')}`);
  });

  it('the outer side of a left join in its condition, so that the other side keeps its rows', () => {
    const built = guardedSql((db) =>
      db
        .selectFrom('conversations as c')
        .leftJoin('conversation_messages as m', 'm.conversation_id', 'c.id')
        .select('c.id'),
    );
    expect(built).toContain(`left join "conversation_messages" as "m" on ${owned('m')} and (`);
    expect(built).not.toContain(`where ${owned('m')}`);
  });

  it.each(['rightJoin', 'fullJoin'] as const)(
    'both tables before a %s, because no condition of it narrows them',
    (join) => {
      const built = guardedSql((db) => joined(db, join));
      expect(built.match(/where "(conversations|conversation_messages)"\."user_id" = \+\?\)/g)).toHaveLength(2);
    },
  );

  it('subqueries, wherever they stand', () => {
    const built = guardedSql((db) =>
      db
        .selectFrom((eb) => eb.selectFrom('conversations').select(['id', 'title']).as('c'))
        .select((eb) => [
          'c.id',
          eb
            .selectFrom('conversation_messages as m')
            .select(({ fn }) => fn.countAll().as('n'))
            .whereRef('m.conversation_id', '=', 'c.id')
            .as('n'),
        ])
        .where('c.id', 'in', (eb) => eb.selectFrom('conversation_messages as w').select('w.conversation_id'))
        .where((eb) => eb.exists(eb.selectFrom('conversation_messages as x').select('x.id')))
        .orderBy((eb) => eb.selectFrom('conversation_messages as o').select('o.seq').limit(1)),
    );
    for (const alias of ['conversations', 'm', 'w', 'x', 'o']) expect(built).toContain(owned(alias));
  });

  it('CTEs, recursive ones too', () => {
    const built = guardedSql((db) =>
      db
        .withRecursive('path', (cte) =>
          cte
            .selectFrom('conversation_messages as leaf')
            .select(['leaf.id', 'leaf.parent_id'])
            .unionAll(
              cte
                .selectFrom('path')
                .innerJoin('conversation_messages as up', 'up.id', 'path.parent_id')
                .select(['up.id', 'up.parent_id']),
            ),
        )
        .selectFrom('path')
        .select('path.id'),
    );
    expect(built).toContain(owned('leaf'));
    expect(built).toContain(owned('up'));
  });

  it('every arm of a set operation', () => {
    const built = guardedSql((db) =>
      db
        .selectFrom('conversations as a')
        .select('a.id')
        .union(db.selectFrom('conversations as b').select('b.id'))
        .except(db.selectFrom('conversations as d').select('d.id')),
    );
    for (const alias of ['a', 'b', 'd']) expect(built).toContain(owned(alias));
  });

  it('an update, its source and its subqueries', () => {
    const built = guardedSql((db) =>
      db
        .updateTable('conversations as c')
        .from('conversation_messages as m')
        .set((eb) => ({ title: eb.selectFrom('conversations as t').select('t.title').limit(1) }))
        .whereRef('m.conversation_id', '=', 'c.id'),
    );
    for (const alias of ['c', 'm', 't']) expect(built).toContain(owned(alias));
  });

  it('a delete', () => {
    expect(guardedSql((db) => db.deleteFrom('conversations').where('title', '=', 'x'))).toBe(
      `delete from "conversations" where ${owned('conversations')} and ("title" = +?)`,
    );
  });

  it('an insert, by writing the owner', () => {
    const now = new Date();
    const built = guardedSql((db) =>
      db.insertInto('conversations').values({ id: ID, created_at: now, updated_at: now }).returningAll(),
    );
    expect(built).toContain(
      `insert into "conversations" ("id", "created_at", "updated_at", "user_id") values (?, ?, ?, ?) returning`,
    );
    expect(built).not.toContain('*');
  });

  it('an insert from a select', () => {
    const built = guardedSql((db) =>
      db
        .insertInto('conversations')
        .columns(['id', 'created_at', 'updated_at'])
        .expression((eb) => eb.selectFrom('conversations').select(['id', 'created_at', 'updated_at'])),
    );
    expect(built).toBe(
      `insert into "conversations" ("id", "created_at", "updated_at", "user_id") select "id", "created_at", "updated_at", ? from "conversations" where ${owned('conversations')}`,
    );
  });

  it('nothing on the system handle', () => {
    expect(
      systemSql((db) =>
        db
          .selectFrom('users')
          .innerJoin('conversations', (join) => join.onTrue())
          .select('users.id'),
      ),
    ).not.toContain('user_id');
  });
});

/** Each is a way around the guard that worked somewhere, or might. */
const refused: Record<string, Build> = {
  'raw SQL in a selection': (db) =>
    db.selectFrom('conversations').select(sql<string>`(select title from conversations limit 1)`.as('x')),
  'raw SQL in a condition': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .where(sql<boolean>`1 = 1 or true`),
  'raw SQL in an order': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .orderBy(sql`(select 1)`),
  'raw SQL as a direction': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .orderBy('id', sql`desc, (select 1)`),
  'raw SQL as a table': (db) =>
    untyped(db)
      .selectFrom(sql`conversations`.as('c') as never)
      .select('id' as never),
  'raw SQL as a value': (db) =>
    db.updateTable('conversations').set({ title: sql<string>`(select title from conversations limit 1)` }),
  'raw SQL in an insert': (db) =>
    db.insertInto('conversations').values({ id: sql<string>`x`, created_at: new Date(), updated_at: new Date() }),
  'raw SQL as an alias': (db) =>
    db.selectFrom('conversations').select((eb) => eb.ref('id').as(sql`x from conversations --`) as never),
  'raw SQL at the end': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .modifyEnd(sql`union select title from conversations`),
  'raw SQL at the front': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .modifyFront(sql`*, `),
  'raw SQL in a returning': (db) => db.deleteFrom('conversations').returning(sql<string>`(select 1)`.as('x')),
  'a table that is unknown': (db) =>
    untyped(db)
      .selectFrom('sqlite_schema')
      .select('sql' as never),
  'a table without owners': (db) =>
    untyped(db)
      .selectFrom('users')
      .select('email' as never),
  'a table without owners in a join': (db) =>
    untyped(db)
      .selectFrom('conversations')
      .innerJoin('users', (join) => join.onTrue())
      .select('conversations.id' as never),
  'a table without owners in a subquery': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .where((eb) =>
        eb.exists(
          untyped(eb as never)
            .selectFrom('api_tokens')
            .select('id' as never),
        ),
      ),
  'a table with a schema': (db) =>
    untyped(db)
      .selectFrom('main.conversations' as never)
      .select('id' as never),
  'a column with a schema': (db) => db.selectFrom('conversations').select('main.conversations.id' as never),
  'a builder with a schema': (db) =>
    untyped(db)
      .withSchema('pg_catalog')
      .selectFrom('conversations')
      .select('id' as never),
  'a CTE with the name of a table': (db) =>
    db
      .with('users', (cte) => cte.selectFrom('conversations').select('id'))
      .selectFrom('users')
      .select('users.id'),
  'a CTE with the name of a table in other letters': (db) =>
    db
      .with('Conversations', (cte) => cte.selectFrom('conversation_messages').select('id'))
      .selectFrom('Conversations')
      .select('Conversations.id'),
  'a CTE that writes': (db) =>
    db
      .with('gone', (cte) => cte.deleteFrom('conversations').returning('id'))
      .selectFrom('gone')
      .select('gone.id'),
  'a function that runs SQL': (db) =>
    db.selectFrom('conversations').select(({ fn }) => fn<string>('query_to_xml', ['title']).as('x')),
  'a function that sleeps': (db) =>
    db.selectFrom('conversations').select(({ fn }) => fn<string>('pg_sleep', ['next_seq']).as('x')),
  'a function that loads code': (db) =>
    db.selectFrom('conversations').select(({ fn }) => fn<string>('load_extension', ['title']).as('x')),
  'an aggregate that is not on the list': (db) =>
    db.selectFrom('conversations').select(({ fn }) => fn.agg<string>('string_agg', ['title']).as('x')),
  'a function as a table': (db) =>
    untyped(db)
      .selectFrom(((eb: ExpressionBuilder<never, never>) => eb.fn('json_each', []).as('j')) as never)
      .select('value' as never),
  'setting the owner': (db) => db.updateTable('conversations').set({ user_id: 'eve' } as never),
  'setting the owner in other letters': (db) => db.updateTable('conversations').set({ USER_ID: 'eve' } as never),
  'inserting the owner': (db) =>
    db
      .insertInto('conversations')
      .values({ id: ID, user_id: 'eve', created_at: new Date(), updated_at: new Date() } as never),
  'inserting the owner in other letters': (db) =>
    db
      .insertInto('conversations')
      .values({ id: ID, User_Id: 'eve', created_at: new Date(), updated_at: new Date() } as never),
  'inserting the owner from a select': (db) =>
    db
      .insertInto('conversations')
      .columns(['id', 'user_id'] as never)
      .expression(db.selectFrom('conversations').select(['id', 'title'])),
  'inserting defaults': (db) => db.insertInto('conversations').defaultValues(),
  'inserting rows of different keys': (db) =>
    db.insertInto('conversations').values([
      { id: ID, created_at: new Date(), updated_at: new Date() },
      { id: ID, title: 'y', created_at: new Date(), updated_at: new Date() },
    ]),
  replacing: (db) => untyped(db).replaceInto('conversations').values({ id: ID }),
  'inserting or replacing': (db) =>
    db.insertInto('conversations').orReplace().values({ id: ID, created_at: new Date(), updated_at: new Date() }),
  'inserting or ignoring': (db) =>
    db.insertInto('conversations').orIgnore().values({ id: ID, created_at: new Date(), updated_at: new Date() }),
  'a conflict target without the owner': (db) =>
    db
      .insertInto('conversations')
      .values({ id: ID, created_at: new Date(), updated_at: new Date() })
      .onConflict((oc) => oc.columns(['id']).doUpdateSet({ title: 'x' })),
  'a conflict without a target': (db) =>
    db
      .insertInto('conversations')
      .values({ id: ID, created_at: new Date(), updated_at: new Date() })
      .onConflict((oc) => oc.doNothing()),
  'a conflict with a constraint': (db) =>
    db
      .insertInto('conversations')
      .values({ id: ID, created_at: new Date(), updated_at: new Date() })
      .onConflict((oc) => oc.constraint('conversations_pkey').doNothing()),
  'a conflict that sets the owner': (db) =>
    db
      .insertInto('conversations')
      .values({ id: ID, created_at: new Date(), updated_at: new Date() })
      .onConflict((oc) => oc.columns(['user_id', 'id']).doUpdateSet({ user_id: 'eve' } as never)),
  'a conflict that selects raw': (db) =>
    db
      .insertInto('conversations')
      .values({ id: ID, created_at: new Date(), updated_at: new Date() })
      .onConflict((oc) => oc.columns(['user_id', 'id']).doUpdateSet({ title: sql<string>`x` })),
  merging: (db) =>
    untyped(db)
      .mergeInto('conversations')
      .using('conversation_messages', 'conversations.id' as never, 'conversation_messages.id' as never)
      .whenMatched()
      .thenDelete(),
  'deleting using': (db) =>
    db
      .deleteFrom('conversations')
      .using('conversation_messages')
      .whereRef('conversations.id', '=', 'conversation_messages.conversation_id'),
  'updating two tables': (db) => untyped(db).updateTable(['conversations', 'conversation_messages']).set({}),
  'a lateral join': (db) =>
    db
      .selectFrom('conversations')
      .innerJoinLateral(
        (eb) => eb.selectFrom('conversation_messages').select('id').as('m'),
        (join) => join.onTrue(),
      )
      .select('m.id'),
  'two tables of one name': (db) =>
    db
      .selectFrom(['conversations as a', 'conversation_messages as A' as 'conversation_messages as b'])
      .select('a.id' as never),
  'a join of the same name': (db) =>
    db
      .selectFrom('conversations')
      .innerJoin('conversations' as 'conversation_messages', (join) => join.onTrue())
      .select('conversations.id'),
  'distinct on': (db) => db.selectFrom('conversations').distinctOn('id').select('id'),
  'all columns of a CTE': (db) =>
    db
      .with('c', (cte) => cte.selectFrom('conversations').select('id'))
      .selectFrom('c')
      .selectAll(),
  'an operator of one engine': (db) => db.selectFrom('conversations').select('id').where('title', '~*', 'x'),
  'a cast to a name of a table': (db) =>
    db.selectFrom('conversations').select((eb) => eb.cast('id', sql`regclass`).as('x')),
  'a collation': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .orderBy('title', (order) => order.collate('nocase')),
  explaining: (db) =>
    ({
      ...db.selectFrom('conversations').select('id'),
      toOperationNode: () => ({
        ...db.selectFrom('conversations').select('id').toOperationNode(),
        explain: { kind: 'ExplainNode', options: sql`analyze`.toOperationNode() },
      }),
    }) as never,
  'a node of an unknown kind': (db) =>
    ({
      ...db.selectFrom('conversations').select('id'),
      toOperationNode: () => ({ kind: 'DropTableNode', table: {} }),
    }) as never,
  'a plugin': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .withPlugin({ transformQuery: ({ node }) => node, transformResult: ({ result }) => Promise.resolve(result) }),
  'no plugins': (db) =>
    untyped(db)
      .withoutPlugins()
      .selectFrom('conversations')
      .select('id' as never),
  'a value that is the current user': (db) =>
    db
      .selectFrom('conversations')
      .select('id')
      .where('title', '=', Symbol.for('user') as never),
};

describe('what the guard refuses', () => {
  it.each(Object.entries(refused))('%s', (_, build) => {
    for (const { compiler } of compilers) {
      expect(() => compiler.compileDynamic('tenant', build as never)).toThrow(TenancyViolationError);
    }
  });

  it('running a query from its builder', async () => {
    const attempts: ((query: ReturnType<ReturnType<typeof build>['select']>) => unknown)[] = [
      (query) => query.execute(),
      (query) => query.executeTakeFirst(),
      (query) => query.compile(),
      (query) => query.explain(),
      (query) => query.stream()[Symbol.asyncIterator]().next(),
    ];
    const build = (db: QueryBuilder<TenantDatabase>) => db.selectFrom('conversations');
    for (const attempt of attempts) {
      let caught: unknown;
      compileEverywhere((db) => {
        const query = build(db).select('id');
        caught ??= Promise.resolve()
          .then(() => attempt(query as never))
          .catch((error: unknown) => error);
        return query;
      });
      expect(await caught).toBeInstanceOf(TenancyViolationError);
    }
  });

  it('hands no Kysely instance to anyone', () => {
    compileEverywhere((db) => {
      const instance = db as unknown as Partial<Kysely<unknown>>;
      for (const method of [
        'executeQuery',
        'getExecutor',
        'transaction',
        'connection',
        'schema',
        'introspection',
        'destroy',
      ] as const) {
        expect(instance[method]).toBeUndefined();
      }
      return db.selectFrom('conversations').select('id');
    });
  });
});

describe('what the guard lets through', () => {
  const allowed: Record<string, Build> = {
    'ordering with nulls, by several columns': (db) =>
      db
        .selectFrom('conversations')
        .select('id')
        .orderBy('last_message_at', (order) => order.desc().nullsLast())
        .orderBy('id', 'desc'),
    'aggregates with a filter and a window': (db) =>
      db.selectFrom('conversation_messages').select(({ fn }) => [
        fn.count('id').filterWhere('role', '=', 'user').as('n'),
        fn
          .agg<number>('row_number')
          .over((over) => over.partitionBy('conversation_id').orderBy('seq'))
          .as('place'),
      ]),
    'a case': (db) =>
      db
        .selectFrom('conversations')
        .select((eb) => eb.case().when('is_hidden', '=', true).then('hidden').else('shown').end().as('x')),
    'JSON by keys': (db) =>
      db.selectFrom('conversation_messages').select((eb) =>
        eb
          .ref('metadata', '->')
          .key('a' as never)
          .as('x'),
      ),
    'between, like, in, is null': (db) =>
      db
        .selectFrom('conversation_messages')
        .select('id')
        .where((eb) => eb.between('seq', 1, 5))
        .where('content', 'like', 'a\\%%')
        .where('role', 'in', ['user', 'tool'])
        .where('parent_id', 'is', null),
    'a row comparison': (db) =>
      db
        .selectFrom('conversations')
        .select('id')
        .where((eb) => eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(new Date(), ID))),
    'a conflict target with the owner': (db) =>
      db
        .insertInto('conversations')
        .values({ id: ID, created_at: new Date(), updated_at: new Date() })
        .onConflict((oc) => oc.columns(['user_id', 'id']).doUpdateSet((eb) => ({ title: eb.ref('excluded.title') }))),
    'a lock': (db) => db.selectFrom('conversations').select('id').forUpdate(),
    'distinct, limit, offset, having': (db) =>
      db
        .selectFrom('conversations')
        .select('status')
        .distinct()
        .groupBy('status')
        .having(({ fn }) => fn.countAll(), '>', 1)
        .limit(5)
        .offset(1),
  };

  it.each(Object.entries(allowed))('%s', (_, build) => {
    expect(() => compileEverywhere(build)).not.toThrow();
  });
});

describe('the same meaning on both engines', () => {
  it('puts nulls where the other engine puts them', () => {
    expect(
      guardedSql((db) => db.selectFrom('conversations').select('id').orderBy('last_message_at', 'desc')),
    ).toContain('"last_message_at" desc nulls last');
    expect(guardedSql((db) => db.selectFrom('conversations').select('id').orderBy('last_message_at'))).toContain(
      '"last_message_at" asc nulls first',
    );
  });

  it('leaves the order of columns without nulls to the index', () => {
    expect(guardedSql((db) => db.selectFrom('conversations').select('id').orderBy('created_at', 'desc'))).not.toContain(
      'nulls',
    );
  });

  it('names every column instead of selecting all', () => {
    expect(guardedSql((db) => db.selectFrom('conversations as c').selectAll('c'))).toContain('"c"."title"');
  });

  it('binds a long list as one value, so that the SQL does not depend on its length', () => {
    const withIds = (count: number): string =>
      guardedSql((db) =>
        db
          .selectFrom('conversations')
          .select('id')
          .where(
            'id',
            'in',
            Array.from({ length: count }, () => ID),
          ),
      );
    expect(withIds(20)).toBe(withIds(2000));
    expect(withIds(0)).toBe(withIds(20));
    expect(withIds(2)).toContain('in (?, ?)');
  });

  it('gives SQLite no value to choose a plan by, which it would do anew at each run', () => {
    const sql = guardedSql((db) =>
      db
        .selectFrom('conversations')
        .select('id')
        .where('title', '=', 'a')
        .where(({ eb, refTuple, tuple }) => eb(refTuple('title', 'id'), '<', tuple('a', ID)))
        .orderBy('id', 'desc')
        .limit(5)
        .offset(1),
    );
    expect(sql.match(/.\?/g)).toEqual(Array.from({ length: 6 }, () => '+?'));
  });
});
