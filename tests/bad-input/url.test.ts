import { ConfigurationError, openDatabase } from '@keelson/db-core';
import { describe, expect, it } from 'vitest';

function refusal(env: Record<string, string>, url?: string): ConfigurationError {
  try {
    openDatabase({ env, ...(url === undefined ? {} : { url }) });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a wrong URL', () => {
  it.each([
    ['mysql://ada@localhost/shop', 'SQLite or PostgreSQL'],
    ['sqlite://data.db', 'three slashes'],
    ['sqlite:///:memory:', 'a database in memory'],
    ['sqlite::memory:', 'a database in memory'],
    ['sqlite:///', 'name a file'],
    ['sqlite:///data/', 'name a file in that folder'],
    ['sqlite:///data.db?mode=ro', 'leave out the parameters'],
    ['sqlite+aiosqlite:///data.db', 'sqlite:'],
    ['postgresql+asyncpg://ada@localhost/shop', 'postgresql://'],
    ['/srv/data.db', 'sqlite:////srv/data.db'],
    ['file:data.db', 'sqlite:'],
    ['postgresql://ada@localhost', 'database'],
    ['postgresql://ada@localhost:port/shop', ''],
    ['nonsense', ''],
  ])('(%s) is refused before anything is opened, with what to write', (url, advice) => {
    const error = refusal({}, url);
    expect(error).toMatchObject({ code: 'CONFIGURATION', exitCode: 2, retriable: false });
    expect(error.message).toContain('DATABASE_URL');
    expect(error.message).toContain(advice);
  });

  it('never shows its password', () => {
    for (const url of [
      'mysql://ada:s3cret@localhost/shop',
      'postgresql://ada:s3cret@localhost:port/shop',
      'ada:s3cret@localhost/shop',
    ]) {
      const { message, hint, details } = refusal({}, url);
      expect(JSON.stringify([message, hint, details])).not.toContain('s3cret');
    }
  });

  it('is named together with everything else that is wrong', () => {
    const error = refusal({
      DATABASE_URL: 'sqlite:///data.db',
      DATABASE_TYPE: 'postgresql',
      DATABASE_POOL_SIZE: 'many',
      DATABASE_TIMEOUT: '-1',
      MIGRATION_AUTO_UPGRADE: 'perhaps',
    });
    for (const name of ['DATABASE_TYPE', 'DATABASE_POOL_SIZE', 'DATABASE_TIMEOUT', 'MIGRATION_AUTO_UPGRADE']) {
      expect(error.message).toContain(name);
    }
  });

  it('is missed when PostgreSQL is asked for without one', () => {
    expect(refusal({ DATABASE_TYPE: 'postgresql' }).message).toContain('DATABASE_URL');
  });
});
