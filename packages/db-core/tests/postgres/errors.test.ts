import { expect, it } from 'vitest';
import { IMMUTABLE_ROW_MARK } from '../../src/engine/marks.ts';
import {
  CheckViolationError,
  DeadlockError,
  ForeignKeyViolationError,
  ImmutableRowError,
  IntegrityError,
  KeelsonError,
  LockTimeoutError,
  NotNullViolationError,
  QueryError,
  ReadOnlyError,
  SerializationError,
  UniqueViolationError,
} from '../../src/errors/index.ts';
import { describeEngine } from '../../src/testing/index.ts';
import { errorOf, plan, rowsOf, useEngines } from './support.ts';

const SCHEMA = `
  create table parents (user_id text, id integer, "E-mail" text unique, primary key (user_id, id));
  create table children (
    user_id text not null, id integer, parent integer, size integer constraint children_size_bounded check (size < 10),
    primary key (user_id, id),
    foreign key (user_id, parent) references parents (user_id, id) on delete restrict);
  create table places (at int4range, exclude using gist (at with &&));
  insert into parents values ('ada', 1, 'a@example.com');
  insert into children values ('ada', 1, 1, 1);
  create function refuse() returns trigger language plpgsql as $$ begin raise exception '${IMMUTABLE_ROW_MARK}: kept.'; end $$;
  create trigger kept before update on parents for each row execute function refuse()`;

describeEngine('postgres', 'errors', (context) => {
  const open = useEngines(context);

  async function fail(sql: string, values: readonly unknown[] = []): Promise<KeelsonError> {
    const engine = await open();
    await engine.exec(SCHEMA);
    const error = await errorOf(rowsOf(engine, sql, values));
    expect(error).toBeInstanceOf(KeelsonError);
    expect((error as KeelsonError).cause).toBeInstanceOf(Error);
    // None of this is about the connection, which is used on.
    expect(engine.pool()).toEqual({ size: 1, inUse: 0, idle: 1, waiting: 0 });
    return error as KeelsonError;
  }

  it('of a unique key name table, columns and constraint, not the values', async () => {
    const error = await fail('insert into parents values ($1, 1, null)', ['ada']);
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error.details).toEqual({ table: 'parents', columns: ['user_id', 'id'], constraint: 'parents_pkey' });
    expect(error.message).toBe('A row with the same user_id, id exists already.');
  });

  it('of a unique column with an unusual name name it', async () => {
    const error = await fail(`insert into parents values ('bob', 2, 'a@example.com')`);
    expect(error.details['columns']).toEqual(['E-mail']);
    expect(`${error.message} ${JSON.stringify(error.details)}`).not.toContain('example.com');
  });

  it('of foreign keys, on both sides', async () => {
    const missing = await fail(`insert into children values ('ada', 2, 99, 1)`);
    expect(missing).toBeInstanceOf(ForeignKeyViolationError);
    expect(missing.details).toMatchObject({ table: 'children', columns: ['user_id', 'parent'] });
    expect(await fail(`delete from parents where id = 1`)).toBeInstanceOf(ForeignKeyViolationError);
  });

  it('of checks and missing values', async () => {
    const check = await fail(`insert into children values ('ada', 3, 1, 10)`);
    expect(check).toBeInstanceOf(CheckViolationError);
    expect(check.details).toEqual({ table: 'children', constraint: 'children_size_bounded' });
    const missing = await fail(`insert into children values (null, 3, 1, 1)`);
    expect(missing).toBeInstanceOf(NotNullViolationError);
    expect(missing.details).toEqual({ table: 'children', columns: ['user_id'] });
  });

  it('of other constraints are integrity errors', async () => {
    const error = await fail(`insert into places values ('[1,5)'), ('[2,3)')`);
    expect(error).toBeInstanceOf(IntegrityError);
    expect(error.message).toContain('places_at_excl');
  });

  it('of rows that may not change', async () => {
    expect(await fail('update parents set id = 2')).toBeInstanceOf(ImmutableRowError);
  });

  it('of anything else are query errors that name the statement', async () => {
    const error = await fail('select nothing from nowhere');
    expect(error).toBeInstanceOf(QueryError);
    expect(error.message).toMatch(
      /^PostgreSQL refused the statement test\.\d+: relation "nowhere" does not exist \(42P01\)\.$/,
    );
    expect(error.details).toEqual({ sqlState: '42P01' });
  });

  it('about a value do not repeat it', async () => {
    const error = await fail('select $1::text::integer', ['my secret']);
    expect(error).toBeInstanceOf(QueryError);
    expect(error.message).not.toContain('secret');
  });

  it('of a write where only reading is possible', async () => {
    const engine = await open();
    const transaction = await engine.begin({ mode: 'read' });
    expect(await errorOf(Promise.resolve(transaction.exec('create table t (a integer)')))).toBeInstanceOf(
      ReadOnlyError,
    );
    await transaction.rollback();
  });

  it('of two transactions that wait for each other end one of them', async () => {
    const engine = await open();
    await engine.exec('create table t (id integer primary key, n integer); insert into t values (1, 0), (2, 0)');
    const update = plan('update t set n = n + 1 where id = $1');
    const [a, b] = [await engine.begin({ mode: 'write' }), await engine.begin({ mode: 'write' })];
    await a.execute(update, [1]);
    await b.execute(update, [2]);
    const outcomes = await Promise.all([
      errorOf(Promise.resolve(a.execute(update, [2]))),
      errorOf(Promise.resolve(b.execute(update, [1]))).then(async (error) => {
        await b.rollback();
        return error;
      }),
    ]);
    await a.rollback();
    const errors = outcomes.filter((error) => error !== undefined);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(DeadlockError);
    expect((errors[0] as KeelsonError).retriable).toBe(true);
  });

  it('of a snapshot that was overtaken', async () => {
    const engine = await open();
    await engine.exec('create table t (id integer primary key, n integer); insert into t values (1, 0)');
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.exec('set transaction isolation level repeatable read');
    await transaction.execute(plan('select n from t'), []);
    await engine.exec('update t set n = 1');
    const error = await errorOf(Promise.resolve(transaction.execute(plan('update t set n = 2'), [])));
    expect(error).toBeInstanceOf(SerializationError);
    await transaction.rollback();
  });

  it('of a lock that is not to be had', async () => {
    const engine = await open();
    await engine.exec('create table t (id integer primary key)');
    const holder = await engine.begin({ mode: 'write' });
    await holder.exec('lock table t');
    const other = await engine.begin({ mode: 'write' });
    const error = await errorOf(Promise.resolve(other.exec('lock table t nowait')));
    await other.rollback();
    expect(error).toBeInstanceOf(LockTimeoutError);
    await holder.rollback();
  });
});
