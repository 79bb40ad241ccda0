import {
  ConfigurationError,
  ForeignDatabaseError,
  MigrationDriftError,
  MigrationFailedError,
  MigrationPendingError,
  NewerSchemaError,
  openDatabase,
  QueryError,
  SchemaValidationError,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { refusalOf } from '../support/refusal.ts';

describeEngines('a database whose schema does not fit', (context) => {
  async function openRefused(url: string) {
    await using database = openDatabase({ url, env: {} });
    const error = await refusalOf(database.initialize());
    expect(database.isInitialized).toBe(false);
    // Every statement says the same: nothing gets past it.
    const again = await refusalOf(database.forUser('ada').all((db) => db.selectFrom('conversations').select('id')));
    expect(again.code).toBe(error.code);
    return error;
  }

  it('because a newer version migrated it is refused, with the version to take', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query(
      `INSERT INTO schema_migrations (name, position, checksum, engine, state, applied_at, duration_ms, app_version)
       SELECT '9999_from_the_future', 9999, checksum, engine, state, applied_at, 1, '99.0.0' FROM schema_migrations WHERE name = '0001_kernel'`,
    );
    const error = await openRefused(url);
    expect(error).toBeInstanceOf(NewerSchemaError);
    expect(error).toMatchObject({ code: 'NEWER_SCHEMA', exitCode: 5, retriable: false });
    expect(error.message).toContain('9999_from_the_future');
    expect(error.hint).toContain('keelson status');
    await raw.query(`DELETE FROM schema_migrations WHERE name = '9999_from_the_future'`);
    await using database = openDatabase({ url, env: {} });
    await database.initialize();
  });

  it('because a migration has changed since is refused', async () => {
    const url = await context.url();
    const sql = `UPDATE schema_migrations SET checksum = $1 WHERE name = '0002_conversations'`;
    await context.raw(url).query(sql, ['0'.repeat(64)]);
    const error = await openRefused(url);
    expect(error).toBeInstanceOf(MigrationDriftError);
    expect(error).toMatchObject({ code: 'MIGRATION_DRIFT', exitCode: 5 });
    expect(error.message).toContain('0002_conversations');
    expect(error.hint).toContain('keelson create-migration');
  });

  it('because a migration is missing is refused until it is run', async () => {
    const url = await context.emptyUrl();
    await using old = openDatabase({ url, env: {} });
    await old.migrations.migrate({ to: '0001' });
    const error = await openRefused(url);
    expect(error).toBeInstanceOf(MigrationPendingError);
    expect(error).toMatchObject({ code: 'MIGRATION_PENDING', exitCode: 5 });
    expect(error.hint).toContain('keelson migrate');
    expect(error.hint).toContain('MIGRATION_AUTO_UPGRADE');
    await using willing = openDatabase({ url, env: { MIGRATION_AUTO_UPGRADE: 'true' } });
    await willing.initialize();
    expect((await willing.migrations.status()).pending).toEqual([]);
  });

  it('because somebody dropped a column or a table is refused, with each of them', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('ALTER TABLE api_tokens DROP COLUMN last_used_at');
    await raw.query('DROP TABLE app_instances');
    await raw.close();
    const error = await openRefused(url);
    expect(error).toBeInstanceOf(SchemaValidationError);
    expect(error).toMatchObject({ code: 'SCHEMA_VALIDATION', exitCode: 5 });
    expect(error.message).toContain('last_used_at');
    expect(error.message).toContain('app_instances');
    expect(error.hint).toContain('keelson migrate');
  });

  it('because a table goes while it is in use is told at the statement that needs it', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    await database.initialize();
    await context
      .raw(url)
      .query(
        context.engine === 'sqlite' ? 'DROP TABLE conversation_messages' : 'DROP TABLE conversation_messages CASCADE',
      );
    const user = database.forUser('ada');
    const find = (): Promise<unknown> => user.all((db) => db.selectFrom('conversation_messages').select('id'));
    const error = await refusalOf(find);
    expect(error).toBeInstanceOf(QueryError);
    expect(error.hint).toContain('keelson validate');
    expect(
      await user
        .all((db) => db.selectFrom('api_tokens' as 'conversations').select('id'))
        .catch((failure: Error) => failure.name),
    ).toBe('TenancyViolationError');
  });

  it('because another program has tables of the same names is refused, and its rows are kept', async () => {
    const url = await context.emptyUrl();
    const raw = context.raw(url);
    await raw.query('CREATE TABLE users (id integer PRIMARY KEY, name varchar(100))');
    await raw.query(`INSERT INTO users (id, name) VALUES (1, 'grace')`);
    const error = await openRefused(url);
    // A file is one program's; on a server others have tables of their own.
    const isFile = context.engine === 'sqlite';
    expect(error).toBeInstanceOf(isFile ? ForeignDatabaseError : MigrationFailedError);
    expect(error.message).toContain('users');
    expect(await raw.query('SELECT id, name FROM users')).toEqual([{ id: 1, name: 'grace' }]);
    const tables = await raw.query(
      context.engine === 'sqlite'
        ? `SELECT name FROM sqlite_schema WHERE type = 'table'`
        : `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    // Nothing of the migration that failed.
    expect(tables.map(({ name }) => String(name)).toSorted()).toEqual(
      isFile ? ['users'] : ['schema_migrations', 'users'],
    );
  });

  it('because the migrations given are not in order is refused before anything is touched', async () => {
    const url = await context.emptyUrl();
    const up = (): void => undefined;
    expect(() => openDatabase({ url, env: {}, migrations: [{ name: 'acme_0002_second', up }] })).toThrow(
      ConfigurationError,
    );
    expect(() => openDatabase({ url, env: {}, migrations: [{ name: '0003_mine', up }] })).toThrow(/acme_0003_mine/);
  });
});
