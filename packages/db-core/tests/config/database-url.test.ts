import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDatabaseUrl, postgresUrl, redactUrl, sqliteUrl } from '../../src/config/index.ts';
import { ConfigurationError } from '../../src/errors/index.ts';

const base = '/srv/app';

function faultOf(url: string): ConfigurationError {
  try {
    parseDatabaseUrl(url, { base });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error(`${url} was taken.`);
}

describe('a SQLite URL', () => {
  test.each([
    ['sqlite:///relative.db', '/srv/app/relative.db'],
    ['sqlite:///data/keelson.db', '/srv/app/data/keelson.db'],
    ['sqlite:///./a/../b.db', '/srv/app/b.db'],
    ['sqlite:////absolute.db', '/absolute.db'],
    ['sqlite:////var/lib/my%20data/a%25.db', '/var/lib/my data/a%.db'],
    ['sqlite:////var/lib/my data/größe.db', '/var/lib/my data/größe.db'],
    ['SQLite:///x.db', '/srv/app/x.db'],
  ])('%s is the file %s', (url, path) => {
    expect(parseDatabaseUrl(url, { base })).toEqual({ engine: 'sqlite', path, url });
  });

  test('starts relative paths in the working folder unless told otherwise', () => {
    expect(parseDatabaseUrl('sqlite:///x.db')).toMatchObject({ path: `${process.cwd()}/x.db` });
  });

  test.each([
    [':memory:', 'sqlite:///data/keelson.db'],
    ['sqlite://:memory:', 'sqlite:///data/keelson.db'],
    ['sqlite:///:memory:', 'sqlite:///data/keelson.db'],
    ['file::memory:?cache=shared', 'sqlite:///data/keelson.db'],
    ['data/app.db', 'sqlite:///data/app.db'],
    ['/srv/app.db', 'sqlite:////srv/app.db'],
    ['app.db', 'sqlite:///app.db'],
    ['sqlite:app.db', 'sqlite:///app.db'],
    ['sqlite://app.db', 'sqlite:///app.db'],
    ['file:///srv/app.db', 'sqlite:////srv/app.db'],
    ['sqlite3:///app.db', 'write sqlite: instead of sqlite3:'],
    ['sqlite+aiosqlite:///app.db', 'write sqlite: instead of sqlite+aiosqlite:'],
    ['sqlite:///', 'sqlite:///data/keelson.db'],
    ['sqlite:////', 'name a file'],
    ['sqlite:///data/', 'sqlite:///data/keelson.db'],
    ['sqlite:///data/..', 'name a file'],
    ['sqlite:///~/app.db', 'whole path'],
    ['sqlite:///app.db?mode=ro', '%3F'],
    ['sqlite:///app.db#x', '%23'],
    ['sqlite:///100%.db', '%25'],
    ['sqlite:///a%00.db', 'NUL'],
    ['', 'sqlite:///'],
  ])('is not %j: the error says %s', (url, advice) => {
    const error = faultOf(url);
    expect(error.message).toContain(advice);
    expect(error.details['issues']).toMatchObject([{ name: 'DATABASE_URL', given: url }]);
  });

  test('names any absolute path and gives it back', () => {
    const part = fc.stringMatching(/^[^/\0]{1,12}$/u).filter((text) => !/^\.{1,2}$|:memory:|\\$/.test(text));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const path = `/${parts.join('/')}`;
        expect(parseDatabaseUrl(sqliteUrl(path))).toMatchObject({ engine: 'sqlite', path });
      }),
    );
  });
});

describe('a PostgreSQL URL', () => {
  test('gives its parts, and a location without the account', () => {
    const url = 'postgresql://ada:s%40cret%2F1@db.example.com:6432/shop?sslmode=require';
    expect(parseDatabaseUrl(url)).toEqual({
      engine: 'postgres',
      url,
      host: 'db.example.com',
      port: 6432,
      database: 'shop',
      user: 'ada',
      password: 's@cret/1',
      sslMode: 'require',
      location: 'db.example.com:6432/shop',
    });
  });

  test.each([
    [
      'postgres://localhost/shop',
      { host: 'localhost', port: 5432, database: 'shop', user: undefined, password: undefined, sslMode: undefined },
    ],
    ['postgresql://ada@[::1]:5433/shop', { host: '::1', port: 5433, user: 'ada', location: '[::1]:5433/shop' }],
    ['postgresql:///shop?host=/run/postgresql', { host: '/run/postgresql', database: 'shop' }],
    ['postgresql://ada:p@ss@h/shop', { user: 'ada', password: 'p@ss', host: 'h' }],
  ])('%s', (url, parts) => {
    expect(parseDatabaseUrl(url)).toMatchObject({ engine: 'postgres', ...parts });
  });

  test.each([
    ['postgresql://localhost', 'name the database'],
    ['postgresql://localhost/', 'name the database'],
    ['postgresql:///shop', 'name the host'],
    ['postgresql:shop', 'postgresql://user:password@host:5432/database'],
    ['postgresql:////shop', 'postgresql://user:password@host:5432/database'],
    ['postgresql://localhost:99999/shop', 'postgresql://user:password@host:5432/database'],
    ['postgresql://localhost:0/shop', '1 to 65535'],
    ['postgresql://a,b/shop/more', 'one database'],
    ['postgresql+psycopg2://localhost/shop', 'write postgresql://'],
    ['postgresql://localhost/shop?sslmode=prefer', 'sslmode=verify-full'],
    ['postgresql://localhost/shop?connect_timeout=3', 'DATABASE_TIMEOUT'],
    ['postgresql://localhost/shop?sslrootcert=x', 'DATABASE_SSL_CA_FILE'],
    ['postgresql://localhost/shop?application_name=x', 'sslmode and host'],
    ['postgresql://localhost/shop?host=other', 'Unix socket'],
    ['postgresql://ada:100%@localhost/shop', '%25'],
    ['postgresql://ada:a#b@localhost/shop', '%23'],
    ['postgresql://local host/shop', 'spaces'],
    ['mysql://localhost/shop', 'SQLite or PostgreSQL'],
    ['ada:secret@localhost/shop', 'postgresql://'],
  ])('is not %s: the error says %s', (url, advice) => {
    expect(faultOf(url).message).toContain(advice);
  });

  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !text.includes('\0') && text.isWellFormed());
  // IPv6 addresses in the one form that URLs keep.
  const ipV6 = fc.ipV6().map((address) => new URL(`http://[${address}]`).hostname.slice(1, -1));
  const host = fc.oneof(fc.domain(), fc.ipV4(), ipV6, fc.constantFrom('/run/postgresql', '/tmp/a b'));

  test('is made from any parts and gives them back', () => {
    const account = fc.option(fc.record({ user: name, password: fc.option(name, { nil: undefined }) }), {
      nil: undefined,
    });
    const sslMode = fc.constantFrom(undefined, 'disable', 'verify-full');
    fc.assert(
      fc.property(
        host,
        fc.integer({ min: 1, max: 65_535 }),
        name,
        account,
        sslMode,
        (host, port, database, account, sslMode) => {
          const parts = { host, port, database, user: account?.user, password: account?.password, sslMode } as const;
          expect(parseDatabaseUrl(postgresUrl(parts))).toMatchObject(parts);
        },
      ),
    );
  });

  test('never shows its password, however wrong the rest is', () => {
    const password = fc.stringMatching(/^[A-Za-z0-9%/?#@:&=.+ -]{0,8}$/).map((tail) => `geheim${tail}geheim`);
    const scheme = fc.constantFrom(
      'postgresql://',
      'postgres://',
      'postgresql+psycopg2://',
      'postgresql:',
      'mysql://',
      'sqlite://',
      'sqlite:',
      'file:',
      'file://',
      '',
    );
    const rest = fc.constantFrom(
      '@db.example.com:5432/shop',
      '@db:port/shop',
      '@db',
      '@',
      '@db/shop?connect_timeout=1',
      '@db/shop?sslmode=prefer',
    );
    fc.assert(
      fc.property(scheme, fc.constantFrom('ada:', ':'), password, rest, (scheme, user, password, rest) => {
        const url = `${scheme}${user}${password}${rest}`;
        expect(redactUrl(url)).not.toContain('geheim');
        let shown = '';
        try {
          parseDatabaseUrl(url);
        } catch (error) {
          shown =
            JSON.stringify((error as ConfigurationError).details) + String(error) + String((error as Error).cause);
        }
        expect(shown).not.toContain('geheim');
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['postgresql://ada:secret@db/shop', 'postgresql://ada:***@db/shop'],
    ['postgresql://ada@db/shop', 'postgresql://ada@db/shop'],
    ['postgresql://ada:sec/ret@x@db/shop', 'postgresql://ada:***@db/shop'],
    ['postgresql://ada:secret', 'postgresql://ada:***'],
    ['postgresql://db:5432/shop', 'postgresql://db:5432/shop'],
    ['postgresql://[::1]:5432/shop', 'postgresql://[::1]:5432/shop'],
    ['postgresql://db/shop?user=ada&password=secret&x=1', 'postgresql://db/shop?user=ada&password=***&x=1'],
    ['sqlite:////srv/a.db', 'sqlite:////srv/a.db'],
    ['C:\\data\\a.db', 'C:\\data\\a.db'],
  ])('%s is shown as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});
