import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type ConfigurationFault, type Environment, loadConfig, loadDatabaseConfig } from '../../src/config/index.ts';
import { databaseSettings, settingNames } from '../../src/config/settings.ts';
import { ConfigurationError } from '../../src/errors/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'keelson-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const cwd = '/srv/app';

function faults(env: Environment): {
  error: ConfigurationError;
  issues: readonly ConfigurationFault[];
  names: string[];
} {
  try {
    loadConfig(env, { cwd });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const issues = error.details['issues'] as readonly ConfigurationFault[];
    return { error, issues, names: issues.map((issue) => issue.name) };
  }
  throw new Error('The configuration was taken.');
}

describe('without any setting', () => {
  test('the database is data/keelson.db and everything has the documented default, times in milliseconds', () => {
    expect(loadConfig({}, { cwd })).toEqual({
      environment: 'development',
      home: cwd,
      http: {
        host: '127.0.0.1',
        port: 4100,
        bodyLimitBytes: 16_777_216,
        requestsPerMinute: 600,
        workerSlots: 1,
        metricsToken: undefined,
      },
      logs: { databaseLevel: 'warn' },
      embedder: undefined,
      database: {
        target: { engine: 'sqlite', path: '/srv/app/data/keelson.db', url: 'sqlite:///data/keelson.db' },
        ssl: { mode: 'disable', caFile: undefined, certFile: undefined, keyFile: undefined },
        timeoutMs: 30_000,
        statementTimeoutMs: 10_000,
        transactionTimeoutMs: 30_000,
        synchronous: 'normal',
        preparedStatements: true,
        rowSecurity: false,
        echo: false,
        slowQueryMs: 200,
        pool: { size: 5, maxOverflow: 5, timeoutMs: 30_000, recycleMs: 3_600_000, idleTimeoutMs: 300_000 },
        read: { replicas: [], maxLagMs: 5000 },
        initRetry: { count: 3, delayMs: 100 },
        breaker: { threshold: 3, halfOpenAfterMs: 30_000 },
        migrations: { autoUpgrade: false, backupBeforeUpgrade: false },
        cache: { hotBytes: 33_554_432, warmBytes: 67_108_864, redisUrl: undefined },
        changes: { keepMs: 604_800_000, keepRows: 5_000_000 },
        jobs: { keepMs: 2_592_000_000 },
        retention: {
          archiveMs: 63_072_000_000,
          coldMs: 0,
          archivedMs: 0,
          closedMs: 0,
          deletedMs: 0,
          logsMs: 2_592_000_000,
          logRows: 1_000_000,
        },
        backups: { folder: '/srv/app/data/backups', keepMs: 2_592_000_000 },
        alerts: {
          webhook: undefined,
          everyMs: 30_000,
          backupAgeMs: 176_400_000,
          diskFreePercent: 10,
          feedLagMs: 300_000,
          poolFailures: 1,
          connectionErrors: 10,
          statementTimeouts: 10,
          readinessDays: 30,
        },
      },
    });
  });

  test('an empty value is the same as none', () => {
    const empty = Object.fromEntries(settingNames.map((name) => [name, ' ']));
    expect(loadConfig(empty, { cwd })).toEqual(loadConfig({}, { cwd }));
  });
});

describe('what is written', () => {
  test('arrives, each name in its place', () => {
    const config = loadConfig(
      {
        DATABASE_TYPE: 'postgresql',
        DATABASE_URL: 'postgresql://ada:secret@db.example.com/shop',
        DATABASE_READ_URL: 'postgresql://ada:secret@replica.example.com/shop',
        DATABASE_READ_MAX_LAG_MS: '750',
        DATABASE_TIMEOUT: '0.5',
        DATABASE_POOL_SIZE: '10',
        DATABASE_MAX_OVERFLOW: '20',
        DATABASE_POOL_TIMEOUT: '7',
        DATABASE_POOL_RECYCLE: '0',
        DATABASE_INIT_RETRY_COUNT: '0',
        DATABASE_INIT_RETRY_DELAY_MS: '250',
        DATABASE_ECHO: 'TRUE',
        DATABASE_STATEMENT_TIMEOUT: '1.25',
        DATABASE_IDLE_TIMEOUT: '8',
        DATABASE_TRANSACTION_TIMEOUT: '9',
        DATABASE_SYNCHRONOUS: 'full',
        DATABASE_SLOW_QUERY_MS: '0',
        DATABASE_PREPARED_STATEMENTS: 'off',
        DATABASE_SSL_MODE: 'verify-ca',
        DATABASE_BREAKER_THRESHOLD: '4',
        DATABASE_BREAKER_RESET: '2',
        MIGRATION_AUTO_UPGRADE: 'yes',
        MIGRATION_BACKUP_BEFORE_UPGRADE: '1',
        CACHE_HOT_BYTES: '0',
        CACHE_WARM_BYTES: '1000000',
        CACHE_REDIS_URL: 'rediss://cache.example.com',
        KEELSON_ENVIRONMENT: 'production',
        KEELSON_HOME: 'var',
        KEELSON_HTTP_HOST: '0.0.0.0',
        KEELSON_HTTP_PORT: '0',
        KEELSON_HTTP_BODY_LIMIT: '2048',
        KEELSON_HTTP_RATE_LIMIT: '0',
        KEELSON_API_WORKER_SLOTS: '0',
        KEELSON_METRICS_TOKEN: 'for the scraper',
        CHANGES_RETENTION_HOURS: '1',
        CHANGES_RETENTION_ROWS: '1000',
        JOBS_RETENTION_DAYS: '0',
      },
      { cwd },
    );
    expect(config).toMatchObject({
      environment: 'production',
      home: '/srv/app/var',
      http: {
        host: '0.0.0.0',
        port: 0,
        bodyLimitBytes: 2048,
        requestsPerMinute: 0,
        workerSlots: 0,
        metricsToken: 'for the scraper',
      },
      database: {
        target: { engine: 'postgres', host: 'db.example.com', password: 'secret' },
        ssl: { mode: 'verify-ca' },
        timeoutMs: 500,
        statementTimeoutMs: 1250,
        transactionTimeoutMs: 9000,
        synchronous: 'full',
        preparedStatements: false,
        echo: true,
        slowQueryMs: 0,
        pool: { size: 10, maxOverflow: 20, timeoutMs: 7000, recycleMs: 0, idleTimeoutMs: 8000 },
        read: {
          replicas: [{ target: { host: 'replica.example.com', database: 'shop' }, ssl: { mode: 'verify-ca' } }],
          maxLagMs: 750,
        },
        initRetry: { count: 0, delayMs: 250 },
        breaker: { threshold: 4, halfOpenAfterMs: 2000 },
        migrations: { autoUpgrade: true, backupBeforeUpgrade: true },
        cache: { hotBytes: 0, warmBytes: 1_000_000, redisUrl: 'rediss://cache.example.com' },
        changes: { keepMs: 3_600_000, keepRows: 1000 },
        jobs: { keepMs: 0 },
      },
    });
  });

  test('lets the cache grow in production', () => {
    const { cache } = loadConfig({ KEELSON_ENVIRONMENT: 'production' }, { cwd }).database;
    expect(cache).toMatchObject({ hotBytes: 512 * 2 ** 20, warmBytes: 2 ** 31 });
  });

  test("does not repeat the Redis's password when its address is none", () => {
    const { error } = faults({ CACHE_REDIS_URL: 'redis//ada:secret@host' });
    expect(error.message).toContain('rediss://');
    expect(error.message).not.toContain('secret');
  });

  test('starts relative paths in KEELSON_HOME', () => {
    const env = { KEELSON_HOME: '/var/lib/keelson', DATABASE_URL: 'sqlite:///a.db' };
    expect(loadConfig(env, { cwd }).database.target).toMatchObject({ path: '/var/lib/keelson/a.db' });
  });
});

describe('faults', () => {
  test('row security is not asked of SQLite, which has none', () => {
    const { issues } = faults({ DATABASE_ROW_SECURITY: 'true' });
    expect(issues).toEqual([
      {
        name: 'DATABASE_ROW_SECURITY',
        given: 'true',
        message: 'SQLite has no row security: write false, or use PostgreSQL',
      },
    ]);
    const { database } = loadConfig(
      { DATABASE_ROW_SECURITY: 'true', DATABASE_URL: 'postgresql://localhost/a' },
      { cwd },
    );
    expect(database.rowSecurity).toBe(true);
  });

  test('are all named at once, with what was given and what to write', () => {
    const { error, issues } = faults({
      DATABASE_URL: ':memory:',
      DATABASE_TIMEOUT: '30s',
      DATABASE_POOL_SIZE: '0',
      DATABASE_ECHO: 'maybe',
      DATABASE_POOLSIZE: '5',
      DATABASE_SYNCHRONOUS: 'off',
      KEELSON_ENVIRONMENT: 'prod',
      KEELSON_HTTP_PORT: '65536',
    });
    expect(issues).toEqual([
      { name: 'DATABASE_POOLSIZE', message: 'there is no such setting: write DATABASE_POOL_SIZE' },
      { name: 'DATABASE_TIMEOUT', given: '30s', message: 'write a number of seconds from 0.1 to 86400, such as 30' },
      { name: 'DATABASE_POOL_SIZE', given: '0', message: 'write a whole number from 1 to 1000, such as 5' },
      { name: 'DATABASE_SYNCHRONOUS', given: 'off', message: 'write normal or full' },
      { name: 'DATABASE_ECHO', given: 'maybe', message: 'write true or false' },
      { name: 'DATABASE_URL', given: ':memory:', message: expect.stringContaining('sqlite:///data/keelson.db') },
      { name: 'KEELSON_ENVIRONMENT', given: 'prod', message: 'write development, staging, production or test' },
      { name: 'KEELSON_HTTP_PORT', given: '65536', message: 'write a whole number from 0 to 65535, such as 4100' },
    ]);
    for (const { name, message } of issues)
      expect(error.message).toMatch(new RegExp(`^- ${name}.*${message.slice(-10)}`, 'm'));
    expect(error.message).toContain('8 faults');
    expect(error).toMatchObject({ code: 'CONFIGURATION', exitCode: 2, retriable: false });
  });

  test.each([
    [{ DATABASE_TYPE: 'postgresql' }, 'DATABASE_URL', 'postgresql://user:password@host:5432/database'],
    [{ DATABASE_TYPE: 'sqlite', DATABASE_URL: 'postgresql://localhost/shop' }, 'DATABASE_TYPE', 'write postgresql'],
    [{ DATABASE_TYPE: 'postgresql', DATABASE_URL: 'sqlite:///a.db' }, 'DATABASE_TYPE', 'write sqlite'],
    [
      { DATABASE_TYPE: 'postgres', DATABASE_URL: 'postgresql://localhost/shop' },
      'DATABASE_TYPE',
      'write sqlite or postgresql',
    ],
    [{ DATABASE_URL: 'data/keelson.db' }, 'DATABASE_URL', 'write sqlite:///data/keelson.db'],
  ])('%o: %s must change', (env, name, advice) => {
    const { issues, names } = faults(env);
    expect(names).toEqual([name]);
    expect(issues[0]?.message).toContain(advice);
  });

  test('never repeat a password, nor the value of a misspelled name', () => {
    const { error } = faults({
      DATABASE_URL: 'postgresql://ada:geheim@db.example.com/shop?sslmode=prefer',
      DATABASE_URI: 'postgresql://ada:geheim@db.example.com/shop',
    });
    expect(error.message).toContain('postgresql://ada:***@db.example.com/shop');
    expect(error.message).toContain('write DATABASE_URL');
    expect(error.message + JSON.stringify(error.details)).not.toContain('geheim');
  });

  test('show a long value only in part', () => {
    const { issues } = faults({ DATABASE_ECHO: 'x'.repeat(5000) });
    expect(issues[0]?.given?.length).toBeLessThan(200);
  });

  test('no text whatever makes loading fail in another way', () => {
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('1e3', '0x10', '-1', '١', '1,5', 'NaN', 'Infinity', '99999999999999999999'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...settingNames), value, (name, text) => {
        try {
          const { database, http } = loadConfig({ [name]: text }, { cwd });
          for (const number of [
            database.timeoutMs,
            database.pool.size,
            database.pool.recycleMs,
            database.slowQueryMs,
            http.port,
          ])
            expect(Number.isSafeInteger(number)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          expect((error as ConfigurationError).message).toContain(name);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('misspelled names', () => {
  test.each([
    ['DATABASE_TIMOUT', 'DATABASE_TIMEOUT'],
    ['DATABASE_TIMEOUT_MS', 'DATABASE_TIMEOUT'],
    ['DATABASE_STATEMENT_TIMEOUT_SECONDS', 'DATABASE_STATEMENT_TIMEOUT'],
    ['DATABASE_POOLSIZE', 'DATABASE_POOL_SIZE'],
    ['DATABASE_SSLMODE', 'DATABASE_SSL_MODE'],
    ['DATABASE_EHCO', 'DATABASE_ECHO'],
    ['MIGRATION_AUTOUPGRADE', 'MIGRATION_AUTO_UPGRADE'],
    ['KEELSON_ENVIROMENT', 'KEELSON_ENVIRONMENT'],
    ['KEELSON_HTTPS_PORT', 'KEELSON_HTTP_PORT'],
    // The other of HOST and PORT is two slips away.
    ['KEELSON_HTTP_HOT', 'KEELSON_HTTP_HOST'],
    ['KEELSON_HTTP_HPORT', 'KEELSON_HTTP_PORT'],
  ])('%s is answered with %s', (written, meant) => {
    expect(faults({ [written]: '1' }).issues).toEqual([
      { name: written, message: `there is no such setting: write ${meant}` },
    ]);
  });

  test.each([
    'DATABASE_HOST',
    'DATABASE_NAME',
    'DATABASE_USER',
    'DATABASE_PORT',
    'DATABASE_PASSWORD',
    'DATABASE_LOCK_TIMEOUT',
    'DATABASE_PUBLIC_URL',
    'DATABASE_PRIVATE_URL',
    'DATABASE_DIRECT_URL',
    'KEELSON_TEST_SERVER',
    'PATH',
    'XDATABASE_URI',
  ])('%s belongs to somebody else', (name) => {
    expect(() => loadConfig({ [name]: 'x' }, { cwd })).not.toThrow();
  });

  test('any one letter lost, doubled or replaced is found, unless it makes another known name', () => {
    const damage = fc.constantFrom('lost', 'doubled', 'replaced');
    fc.assert(
      fc.property(fc.constantFrom(...settingNames), fc.nat(), damage, (name, at, damage) => {
        const start = name.indexOf('_') + 1;
        const index = start + (at % (name.length - start));
        const letter = { lost: '', doubled: (name[index] ?? '').repeat(2), replaced: 'Q' }[damage];
        const written = name.slice(0, index) + letter + name.slice(index + 1);
        fc.pre(!settingNames.includes(written));
        expect(faults({ [written]: '1' }).names).toEqual([written]);
      }),
    );
  });
});

describe('TLS', () => {
  const remote = 'postgresql://ada@db.example.com/shop';
  const modeOf = (env: Environment) => loadConfig(env, { cwd }).database.ssl.mode;

  test.each([
    ['db.example.com', 'verify-full'],
    ['10.0.0.7', 'verify-full'],
    ['127.0.0.1.example.com', 'verify-full'],
    ['localhost.example.com', 'verify-full'],
    ['[2001:db8::1]', 'verify-full'],
    ['localhost', 'disable'],
    ['LOCALHOST', 'disable'],
    ['127.0.0.1', 'disable'],
    ['127.8.8.8', 'disable'],
    ['[::1]', 'disable'],
  ])('to %s is %s unless something else is written', (host, mode) => {
    expect(modeOf({ DATABASE_URL: `postgresql://${host}/shop` })).toBe(mode);
    expect(modeOf({ DATABASE_URL: `postgresql://${host}/shop?sslmode=require` })).toBe('require');
    expect(modeOf({ DATABASE_URL: `postgresql://${host}/shop`, DATABASE_SSL_MODE: 'verify-ca' })).toBe('verify-ca');
  });

  test('through a Unix socket is off', () => {
    expect(modeOf({ DATABASE_URL: 'postgresql:///shop?host=/run/postgresql' })).toBe('disable');
  });

  test('takes files that are there, relative ones from KEELSON_HOME', () => {
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) writeFileSync(join(folder, name), 'x');
    const env = {
      DATABASE_URL: remote,
      KEELSON_HOME: folder,
      DATABASE_SSL_CA_FILE: 'ca.pem',
      DATABASE_SSL_CERT_FILE: join(folder, 'cert.pem'),
      DATABASE_SSL_KEY_FILE: './key.pem',
    };
    expect(loadConfig(env, { cwd }).database.ssl).toEqual({
      mode: 'verify-full',
      caFile: join(folder, 'ca.pem'),
      certFile: join(folder, 'cert.pem'),
      keyFile: join(folder, 'key.pem'),
    });
  });

  test('refuses files that cannot be used, and settings that contradict each other', () => {
    mkdirSync(join(folder, 'folder.pem'), { recursive: true });
    writeFileSync(join(folder, 'ca.pem'), 'x');
    const names = (env: Environment) => faults({ DATABASE_URL: remote, KEELSON_HOME: folder, ...env }).names;
    expect(names({ DATABASE_SSL_CA_FILE: 'none.pem' })).toEqual(['DATABASE_SSL_CA_FILE']);
    expect(names({ DATABASE_SSL_CA_FILE: 'folder.pem' })).toEqual(['DATABASE_SSL_CA_FILE']);
    expect(names({ DATABASE_SSL_CERT_FILE: 'ca.pem' })).toEqual(['DATABASE_SSL_KEY_FILE']);
    expect(names({ DATABASE_SSL_KEY_FILE: 'ca.pem' })).toEqual(['DATABASE_SSL_CERT_FILE']);
    expect(names({ DATABASE_SSL_CA_FILE: 'ca.pem', DATABASE_SSL_MODE: 'disable' })).toEqual(['DATABASE_SSL_MODE']);
    expect(names({ DATABASE_URL: `${remote}?sslmode=require`, DATABASE_SSL_MODE: 'verify-full' })).toEqual([
      'DATABASE_SSL_MODE',
    ]);
    // A shared .env may name the files though this process uses SQLite.
    expect(modeOf({ DATABASE_URL: 'sqlite:///a.db', DATABASE_SSL_CA_FILE: 'none.pem' })).toBe('disable');
  });
});

describe('replicas', () => {
  const primary = { DATABASE_URL: 'postgresql://ada@db.example.com/shop' };

  test('may be several, each with the security that its own host asks for', () => {
    const { read } = loadDatabaseConfig({
      env: {
        ...primary,
        DATABASE_READ_URL: 'postgresql://a@one.example.com/shop, postgresql://a@127.0.0.1:5433/shop',
      },
      cwd,
    });
    expect(read.replicas.map(({ target, ssl }) => [target.location, ssl.mode])).toEqual([
      ['one.example.com:5432/shop', 'verify-full'],
      ['127.0.0.1:5433/shop', 'disable'],
    ]);
  });

  test('are none for a SQLite file', () => {
    const { issues } = faults({ DATABASE_READ_URL: 'postgresql://ada@db.example.com/shop' });
    expect(issues).toEqual([{ name: 'DATABASE_READ_URL', message: 'leave it out: a SQLite file has no replicas' }]);
  });

  test.each([
    ['sqlite:///b.db', 'write postgresql://'],
    ['postgresql://ada:secret@r.example.com/other', 'the same database'],
    ['postgresql://ada:secret@db.example.com/shop', 'not the server of DATABASE_URL'],
    ['postgresql://r.example.com/shop,postgresql://ada:secret@r.example.com/shop', 'once'],
    ['postgresql://r.example.com/shop,', 'write sqlite:///'],
    ['postgresql://ada:secret@r.example.com/shop?sslmode=require', 'one of the two'],
  ])('%s is refused', (url, message) => {
    const { issues } = faults({ ...primary, DATABASE_SSL_MODE: 'verify-full', DATABASE_READ_URL: url });
    expect(issues).toMatchObject([{ name: 'DATABASE_READ_URL', message: expect.stringContaining(message) }]);
    expect(JSON.stringify(issues)).not.toContain('secret');
  });

  test('are not taken from the environment for a database that is given otherwise', () => {
    const env = { ...primary, DATABASE_READ_URL: 'postgresql://r.example.com/shop' };
    expect(loadDatabaseConfig({ url: 'postgresql://other.example.com/shop', env, cwd }).read.replicas).toEqual([]);
    const readUrl = 'postgresql://s.example.com/shop';
    expect(loadDatabaseConfig({ readUrl, env, cwd }).read.replicas).toMatchObject([{ target: { url: readUrl } }]);
  });
});

describe('loadDatabaseConfig', () => {
  test('gives the same as the whole configuration and ignores what only the apps read', () => {
    const env = { DATABASE_URL: 'sqlite:///a.db', DATABASE_TIMEOUT: '4' };
    expect(loadDatabaseConfig({ env, cwd })).toEqual(loadConfig(env, { cwd }).database);
    expect(() => loadDatabaseConfig({ env: { ...env, KEELSON_HTTP_PORT: 'x' }, cwd })).not.toThrow();
    expect(() => loadDatabaseConfig({ env: { ...env, DATABASE_POOL_SIZE: 'x' }, cwd })).toThrow(ConfigurationError);
    expect(() => loadDatabaseConfig({ env: { ...env, DATABASE_POOLSIZE: '1' }, cwd })).toThrow(ConfigurationError);
  });

  test('puts an explicit URL before the environment, whatever type that names', () => {
    const env = { DATABASE_URL: 'postgresql://localhost/shop', DATABASE_TYPE: 'postgresql', DATABASE_POOL_SIZE: '9' };
    const config = loadDatabaseConfig({ url: 'sqlite:///b.db', env, cwd });
    expect(config).toMatchObject({ target: { engine: 'sqlite', path: '/srv/app/b.db' }, pool: { size: 9 } });
  });

  test('covers every name that begins with DATABASE_ and the like, and the keys of secrets', () => {
    expect(Object.keys(databaseSettings.shape).sort()).toEqual(
      settingNames
        .filter((name) =>
          /^(?:ALERT|BACKUP|DATABASE|MIGRATION|CACHE|CHANGES|JOBS|KEELSON_SECRET|RETENTION)_/.test(name),
        )
        .sort(),
    );
  });
});

describe('the keys of secrets', () => {
  const hex = 'ab'.repeat(32);
  const base64 = Buffer.from(hex, 'hex').toString('base64');

  test('are read from base64 and hexadecimal, and shown to nobody who prints the configuration', () => {
    const { database } = loadConfig({ KEELSON_SECRET_KEY: base64, KEELSON_SECRET_KEY_PREVIOUS: hex }, { cwd });
    expect(database.secretKeys?.current.bytes.toString('hex')).toBe(hex);
    expect(database.secretKeys?.previous?.bytes.toString('hex')).toBe(hex);
    for (const shown of [JSON.stringify(database), inspect(database, { depth: 9, showHidden: true })]) {
      expect(shown).not.toContain(hex);
      expect(shown).not.toContain(base64);
    }
  });

  test.each(['correct horse battery staple', hex.slice(1), `${base64}=`, 'ab'.repeat(31)])(
    'are refused when they are %j, which is not repeated',
    (key) => {
      const { error, issues } = faults({ KEELSON_SECRET_KEY: key });
      expect(issues).toEqual([
        { name: 'KEELSON_SECRET_KEY', message: expect.stringContaining('openssl rand -base64 32') as string },
      ]);
      expect(error.message).not.toContain(key);
    },
  );

  test('from before need one of now', () => {
    expect(faults({ KEELSON_SECRET_KEY_PREVIOUS: hex }).names).toEqual(['KEELSON_SECRET_KEY']);
  });
});

describe('the embedder', () => {
  const service = { EMBEDDER_URL: 'https://models.example/v1', EMBEDDER_MODEL: 'small', EMBEDDER_DIMENSIONS: '384' };

  test('is none unless one is asked for', () => {
    expect(loadConfig({}, { cwd }).embedder).toBeUndefined();
  });

  test('may be the one that is built in', () => {
    expect(loadConfig({ EMBEDDER_MODEL: 'keelson-hashed-v1' }, { cwd }).embedder).toEqual({
      model: 'keelson-hashed-v1',
      service: undefined,
    });
  });

  test('may be a service', () => {
    expect(loadConfig({ ...service, EMBEDDER_API_KEY: 'key', EMBEDDER_TIMEOUT: '5' }, { cwd }).embedder).toEqual({
      model: 'small',
      service: {
        url: 'https://models.example/v1',
        apiKey: 'key',
        dimensions: 384,
        shorten: false,
        batchSize: 64,
        timeoutMs: 5000,
      },
    });
  });

  test.each<[string, Environment, string[]]>([
    ['a model without its service', { EMBEDDER_MODEL: 'small' }, ['EMBEDDER_URL']],
    ['a service without a model', { ...service, EMBEDDER_MODEL: '' }, ['EMBEDDER_MODEL']],
    ['no dimensions', { ...service, EMBEDDER_DIMENSIONS: '' }, ['EMBEDDER_DIMENSIONS']],
    ['too many dimensions', { ...service, EMBEDDER_DIMENSIONS: '9000' }, ['EMBEDDER_DIMENSIONS']],
    ['the built-in model at a service', { ...service, EMBEDDER_MODEL: 'keelson-hashed-v1' }, ['EMBEDDER_MODEL']],
    ['something else than a URL', { ...service, EMBEDDER_URL: 'models.example' }, ['EMBEDDER_URL']],
    ['a key in the URL', { ...service, EMBEDDER_URL: 'https://models.example/v1?key=secret' }, ['EMBEDDER_URL']],
    ['a slip of a name', { EMBEDDER_ULR: 'https://models.example' }, ['EMBEDDER_ULR']],
  ])('refuses %s', (_, env, names) => {
    const refused = faults(env);
    expect(refused.names).toEqual(names);
    expect(refused.error.message).not.toContain('secret');
  });
});
