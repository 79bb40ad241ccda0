import { type Database, KeelsonError, type Migration, newId, type UserHandle } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { beforeAll, expect } from 'vitest';
import { anyQuery } from '../isolation/fixture.ts';

/** A table with a column of every type. */
const items: Migration = {
  name: 'parity_0001_items',
  up(m) {
    m.createTable(
      'items',
      (t) => ({
        user_id: t.userId(),
        id: t.uuid(),
        n: t.integer().nullable(),
        big: t.bigint().nullable(),
        r: t.real().nullable(),
        t: t.text().nullable(),
        b: t.boolean().nullable(),
        at: t.timestamp().nullable(),
        j: t.json().nullable(),
        bytes: t.blob().nullable(),
        code: t.text({ min: 1, max: 5 }).nullable(),
        part_of: t.uuid().nullable(),
        kind: t.oneOf(['one', 'two']).default('one'),
        level: t.integer({ min: 0, max: 9 }).default(0),
      }),
      {
        primaryKey: ['user_id', 'id'],
        foreignKeys: [{ columns: ['user_id', 'part_of'], references: ['items', ['user_id', 'id']] }],
        indexes: { items_code_key: { columns: ['user_id', 'code'], unique: true } },
      },
    );
  },
};

/**
 * A builder of queries on tables that the types don't know, and every part of one: whatever is called on it gives another.
 * What comes out is compared, not typed.
 */
export interface Loose {
  (...args: readonly unknown[]): Loose;
  readonly agg: Loose;
  readonly and: Loose;
  readonly as: Loose;
  readonly asc: Loose;
  readonly at: Loose;
  readonly avg: Loose;
  readonly between: Loose;
  readonly case: Loose;
  readonly cast: Loose;
  readonly coalesce: Loose;
  readonly columns: Loose;
  readonly count: Loose;
  readonly countAll: Loose;
  readonly deleteFrom: Loose;
  readonly desc: Loose;
  readonly distinct: Loose;
  readonly doNothing: Loose;
  readonly doUpdateSet: Loose;
  readonly else: Loose;
  readonly end: Loose;
  readonly except: Loose;
  readonly exists: Loose;
  readonly expression: Loose;
  readonly filterWhere: Loose;
  readonly fn: Loose;
  readonly from: Loose;
  readonly groupBy: Loose;
  readonly having: Loose;
  readonly innerJoin: Loose;
  readonly insertInto: Loose;
  readonly intersect: Loose;
  readonly key: Loose;
  readonly leftJoin: Loose;
  readonly limit: Loose;
  readonly lit: Loose;
  readonly max: Loose;
  readonly min: Loose;
  readonly neg: Loose;
  readonly not: Loose;
  readonly nullsFirst: Loose;
  readonly nullsLast: Loose;
  readonly offset: Loose;
  readonly on: Loose;
  readonly onConflict: Loose;
  readonly or: Loose;
  readonly orderBy: Loose;
  readonly over: Loose;
  readonly parens: Loose;
  readonly partitionBy: Loose;
  readonly ref: Loose;
  readonly refTuple: Loose;
  readonly returning: Loose;
  readonly select: Loose;
  readonly selectAll: Loose;
  readonly selectFrom: Loose;
  readonly set: Loose;
  readonly sum: Loose;
  readonly then: Loose;
  readonly tuple: Loose;
  readonly union: Loose;
  readonly unionAll: Loose;
  readonly updateTable: Loose;
  readonly val: Loose;
  readonly values: Loose;
  readonly when: Loose;
  readonly where: Loose;
  readonly whereRef: Loose;
  readonly with: Loose;
  readonly withRecursive: Loose;
}

export type Build = (db: Loose) => unknown;

export interface Item {
  readonly id?: string;
  readonly [column: string]: unknown;
}

/** What a query came to: its rows, or the code of the error. */
export type Outcome = { readonly rows: readonly unknown[]; readonly changes: number } | { readonly error: string };

/** The same user on both engines. */
export class Pair {
  readonly sqlite: UserHandle;
  readonly postgres: UserHandle;

  constructor(sqlite: UserHandle, postgres: UserHandle) {
    this.sqlite = sqlite;
    this.postgres = postgres;
  }

  /** Adds rows on both; each that names no id gets one. */
  async add(...rows: readonly Item[]): Promise<void> {
    for (const row of rows) {
      const whole = { id: newId(), ...row };
      for (const user of [this.sqlite, this.postgres]) {
        await user.run(anyQuery('add', (db) => db.insertInto('items').values(whole as never)));
      }
    }
  }

  /** What the query gives, which must be the same on both. */
  async outcome(build: Build, work: (user: UserHandle, query: never) => Promise<unknown> = run): Promise<Outcome> {
    const [sqlite, postgres] = await Promise.all(
      [this.sqlite, this.postgres].map((user) => {
        // Built for each: a query is compiled once for each engine.
        return settle(() => work(user, anyQuery('parity', build as never) as never));
      }),
    );
    expect(postgres, 'PostgreSQL is not as SQLite').toEqual(sqlite);
    return sqlite!;
  }

  /** Rows that must be the same on both. */
  async rows(build: Build): Promise<readonly unknown[]> {
    const outcome = await this.outcome(build);
    if ('error' in outcome) throw new Error(`It was refused: ${outcome.error}`);
    return outcome.rows;
  }

  /** The values of one column, which must be the same on both. */
  async values(build: Build): Promise<readonly unknown[]> {
    return (await this.rows(build)).map((row) => Object.values(row as object)[0] as unknown);
  }

  /** The code of the error, which must be the same on both. */
  async refusal(build: Build): Promise<string> {
    const outcome = await this.outcome(build);
    return 'error' in outcome ? outcome.error : `not refused: ${JSON.stringify(outcome)}`;
  }
}

async function run(user: UserHandle, query: never): Promise<unknown> {
  return user.run(query);
}

async function settle(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return (await work()) as Outcome;
  } catch (error) {
    if (error instanceof KeelsonError) return { error: error.code };
    throw error;
  }
}

let users = 0;

/** Tests with a database of each engine, the same for all tests of the block. Each test takes a user of its own. */
export function describeParity(name: string, body: (pair: () => Pair) => void): void {
  describeEngine('sqlite', name, (sqlite) => {
    describeEngine('postgres', 'and, with the same outcome,', (postgres) => {
      const databases: Database[] = [];
      beforeAll(async () => {
        for (const context of [sqlite, postgres]) databases.push(await context.open({ migrations: [items] }));
      });
      body(() => {
        const user = `user${(users += 1)}`;
        const [one, other] = databases.map((database) => database.forUser(user));
        return new Pair(one!, other!);
      });
    });
  });
}

/** An id that sorts by its number. */
export function idOf(number: number): string {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}
