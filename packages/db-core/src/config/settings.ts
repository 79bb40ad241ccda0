import { z } from 'zod';
import { choice, count, flag, milliseconds, optionalChoice, optionalCount, seconds, text } from './kinds.ts';
import { alertSettings } from './alert-settings.ts';
import { care, retentionSettings } from './retention-settings.ts';
import { sslModes } from './ssl.ts';

const database = 'Database';
const postgres = 'PostgreSQL';
const reliability = 'When something fails';
const migrations = 'Migrations';
const cache = 'Cache';
const secrets = 'Secrets';
const logs = 'Logs';
const http = 'HTTP API';
const vectors = 'Vectors';
const general = 'General';

/** What `openDatabase` reads. */
export const databaseSettings = z.object({
  DATABASE_TYPE: optionalChoice(['sqlite', 'postgresql'], {
    section: database,
    initial: 'what the URL says',
    meaning: 'Which engine to use. Needed only where the URL does not tell; the two may not disagree.',
  }),
  DATABASE_URL: text({
    section: database,
    values: 'URL',
    initial: '`sqlite:///data/keelson.db`',
    meaning:
      'Where the database is: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user:password@host:5432/database`.',
  }),
  DATABASE_READ_URL: text({
    section: postgres,
    values: 'URLs, separated by commas',
    initial: 'none',
    meaning:
      "Streaming replicas of that server, which then serve users' reads. Name each server itself, not an address behind which there are several.",
  }),
  DATABASE_READ_MAX_LAG_MS: milliseconds({
    section: postgres,
    initial: '5000',
    min: 100,
    max: 3_600_000,
    meaning: 'How old may what a replica shows be? One that is further behind is not read. Own writes are always seen.',
  }),
  DATABASE_TIMEOUT: seconds({
    section: database,
    initial: '30',
    meaning:
      'How long to wait for the database: to connect; with SQLite, for the turn to write and for locks of other processes.',
  }),
  DATABASE_POOL_SIZE: count({
    section: database,
    initial: '5',
    min: 1,
    max: 1000,
    meaning: 'Connections that are kept. With SQLite one of them writes and the others read.',
  }),
  DATABASE_TRANSACTION_TIMEOUT: seconds({
    section: database,
    initial: '30',
    zero: 'no limit',
    meaning: 'A transaction that takes longer is undone. It holds locks meanwhile, with SQLite the only writer.',
  }),
  DATABASE_SYNCHRONOUS: choice(['normal', 'full'], {
    section: database,
    initial: 'normal',
    meaning:
      'SQLite: `full` also survives a power failure without losing the last transactions, and makes each of them slower. Neither damages the file.',
  }),
  DATABASE_ECHO: flag({
    section: database,
    initial: 'false',
    meaning: 'Prints every statement with its time; values are never shown.',
  }),
  DATABASE_SLOW_QUERY_MS: milliseconds({
    section: database,
    initial: '200',
    zero: 'off',
    meaning: 'A statement that takes longer is reported as slow.',
  }),

  DATABASE_MAX_OVERFLOW: count({
    section: postgres,
    initial: '5',
    min: 0,
    max: 1000,
    meaning: 'Connections beyond DATABASE_POOL_SIZE that may be opened when all are in use.',
  }),
  DATABASE_POOL_TIMEOUT: seconds({
    section: postgres,
    initial: '30',
    meaning: 'How long to wait for a connection when all are in use.',
  }),
  DATABASE_POOL_RECYCLE: seconds({
    section: postgres,
    initial: '3600',
    zero: 'never',
    min: 1,
    meaning: 'A connection older than this is replaced by a new one.',
  }),
  DATABASE_IDLE_TIMEOUT: seconds({
    section: postgres,
    initial: '300',
    zero: 'never',
    meaning: 'A connection that was not used for this long is closed.',
  }),
  DATABASE_STATEMENT_TIMEOUT: seconds({
    section: postgres,
    initial: '10',
    zero: 'no limit',
    meaning: 'The server ends a statement that takes longer.',
  }),
  DATABASE_PREPARED_STATEMENTS: flag({
    section: postgres,
    initial: 'true',
    meaning:
      'Keeps statements prepared on each connection. Turn it off behind a pooler that cannot, such as PgBouncer before 1.21.',
  }),
  DATABASE_ROW_SECURITY: flag({
    section: postgres,
    initial: 'false',
    meaning:
      "The server itself keeps users' rows apart, besides what Keelson does: each statement of a user runs as a role without ownership, under row level security.",
  }),
  DATABASE_SSL_MODE: optionalChoice(sslModes, {
    section: postgres,
    initial: '`verify-full`; `disable` on the same machine',
    meaning:
      "`require` encrypts, `verify-ca` also checks the server's certificate, `verify-full` also the host's name in it. May be given in the URL as `sslmode`.",
  }),
  DATABASE_SSL_CA_FILE: text({
    section: postgres,
    values: 'path of a PEM file',
    initial: "Node's certificate authorities",
    meaning: "The authority that signed the server's certificate.",
  }),
  DATABASE_SSL_CERT_FILE: text({
    section: postgres,
    values: 'path of a PEM file',
    initial: 'none',
    meaning: 'A certificate to sign in with; needs DATABASE_SSL_KEY_FILE.',
  }),
  DATABASE_SSL_KEY_FILE: text({
    section: postgres,
    values: 'path of a PEM file',
    initial: 'none',
    meaning: 'The key of that certificate.',
  }),

  DATABASE_INIT_RETRY_COUNT: count({
    section: reliability,
    initial: '3',
    min: 0,
    max: 100,
    meaning: 'How many times to try again when the database cannot be reached at start.',
  }),
  DATABASE_INIT_RETRY_DELAY_MS: milliseconds({
    section: reliability,
    initial: '100',
    meaning: 'How long to wait before the first of these tries at most; each further one waits up to twice as long.',
  }),
  DATABASE_BREAKER_THRESHOLD: count({
    section: reliability,
    initial: '3',
    min: 1,
    max: 1000,
    meaning:
      'PostgreSQL: after this many connection faults in a row the server is left alone for a while, and calls fail at once.',
  }),
  DATABASE_BREAKER_RESET: seconds({
    section: reliability,
    initial: '30',
    meaning: 'How long it is left alone before one call tries it again.',
  }),

  MIGRATION_AUTO_UPGRADE: flag({
    section: migrations,
    initial: 'false',
    meaning:
      'Runs pending migrations when the database is opened, instead of refusing to open it. A new database is always migrated.',
  }),
  MIGRATION_BACKUP_BEFORE_UPGRADE: flag({
    section: migrations,
    initial: 'false',
    meaning: 'Makes and checks a backup before pending migrations are run.',
  }),

  ...retentionSettings,

  BACKUP_FOLDER: text({
    section: care,
    values: 'path of a folder',
    initial: '`backups` beside the SQLite file; with PostgreSQL `data/backups`',
    meaning:
      'Where backups are put. Best on another disk than the database; what is there is also copied elsewhere by you.',
  }),
  BACKUP_RETENTION_DAYS: count({
    section: care,
    initial: '30',
    min: 1,
    max: 36_500,
    zero: 'for ever',
    meaning:
      'How long backups that a worker made are kept. The newest one always is, and so is what an increment that is kept goes on from.',
  }),

  ...alertSettings,

  CACHE_HOT_BYTES: optionalCount({
    section: cache,
    initial: '`33554432` (32 MiB); in production `536870912` (512 MiB)',
    min: 65_536,
    max: 1_099_511_627_776,
    zero: 'off',
    meaning:
      'How much of what was read last is kept as it is, in the memory of each process. It is taken only as it fills.',
  }),
  CACHE_WARM_BYTES: optionalCount({
    section: cache,
    initial: '`67108864` (64 MiB); in production `2147483648` (2 GiB)',
    min: 65_536,
    max: 1_099_511_627_776,
    zero: 'off',
    meaning:
      'How much of what no longer fits there is kept compressed, in the memory of each process. Not used with CACHE_REDIS_URL.',
  }),
  CACHE_REDIS_URL: text({
    section: cache,
    values: 'URL',
    initial: 'none',
    meaning:
      'A Redis (6 or later) where processes share what they have read: `redis://user:password@host:6379/0`, with TLS `rediss://…`. Whoever can write there can change what users read. Needs the package `@redis/client`.',
  }),

  KEELSON_SECRET_KEY: text({
    section: secrets,
    values: '32 bytes in base64 or hexadecimal',
    initial: 'none: no secret can be stored',
    meaning:
      'What secret settings are sealed with. `openssl rand -base64 32` makes one; keep it apart from the database and its backups, and do not lose it.',
  }),
  KEELSON_SECRET_KEY_PREVIOUS: text({
    section: secrets,
    values: '32 bytes in base64 or hexadecimal',
    initial: 'none',
    meaning:
      'The key from before: what it sealed can still be read, and `keelson settings rotate-secrets` seals it with the new one.',
  }),
});

/** How texts become vectors; without any of these there are none. */
export const embedderSettings = z.object({
  EMBEDDER_MODEL: text({
    section: vectors,
    values: 'name of a model',
    initial: 'no vectors',
    meaning:
      'The model that makes vectors of texts. `keelson-hashed-v1` is built in and needs none of the others: it compares spelling, not meaning.',
  }),
  EMBEDDER_URL: text({
    section: vectors,
    values: 'URL',
    initial: 'none',
    meaning: 'An API like that of OpenAI, up to what stands before `/embeddings`: `https://api.openai.com/v1`.',
  }),
  EMBEDDER_API_KEY: text({
    section: vectors,
    values: 'text',
    initial: 'none',
    meaning: 'The key for it.',
  }),
  EMBEDDER_DIMENSIONS: text({
    section: vectors,
    values: 'whole number, 1–8192',
    initial: 'none; needed with EMBEDDER_URL',
    meaning: "How many numbers the model's vectors have.",
  }),
  EMBEDDER_SHORTEN: flag({
    section: vectors,
    initial: 'false',
    meaning:
      'Asks the service for vectors of EMBEDDER_DIMENSIONS. For models that can shorten theirs; others refuse it.',
  }),
  EMBEDDER_BATCH_SIZE: count({
    section: vectors,
    initial: '64',
    min: 1,
    max: 2048,
    meaning: 'Texts in one request.',
  }),
  EMBEDDER_TIMEOUT: seconds({
    section: vectors,
    initial: '30',
    meaning: 'How long one request may take.',
  }),
});

/** What the apps read besides. */
export const appSettings = z.object({
  KEELSON_ENVIRONMENT: choice(['development', 'staging', 'production', 'test'], {
    section: general,
    initial: 'development',
    meaning: 'Where this runs. In `production`, commands that destroy something ask for more than a yes.',
  }),
  KEELSON_HOME: text({
    section: general,
    values: 'path of a folder',
    initial: 'the working folder',
    meaning: 'Where `.env` is looked for and relative paths start. Set it in the environment itself, not in `.env`.',
  }),
  KEELSON_HTTP_HOST: text({
    section: http,
    values: 'name or address',
    initial: '`127.0.0.1`',
    meaning: 'The address to listen on; `0.0.0.0` for every one of the machine.',
  }),
  KEELSON_HTTP_PORT: count({
    section: http,
    initial: '4100',
    min: 0,
    max: 65_535,
    meaning: 'The port to listen on; 0 takes a free one.',
  }),
  KEELSON_HTTP_BODY_LIMIT: count({
    section: http,
    initial: '16777216',
    min: 1024,
    max: 1_073_741_824,
    meaning: 'The largest request body, in bytes.',
  }),
  KEELSON_HTTP_RATE_LIMIT: count({
    section: http,
    initial: '600',
    min: 1,
    max: 1_000_000,
    zero: 'no limit',
    meaning: 'Requests a minute for each token.',
  }),
  KEELSON_API_WORKER_SLOTS: count({
    section: http,
    initial: '1',
    min: 1,
    max: 1000,
    zero: 'none; run `keelson worker`',
    meaning: 'Jobs that the API process does at the same time, beside its requests.',
  }),
  KEELSON_METRICS_TOKEN: text({
    section: http,
    values: 'text, long and random',
    initial: 'an API token with the scope `admin`',
    meaning:
      'What `Authorization: Bearer` must say at `/metrics`. It is checked without the database, so that figures can also be read while that is away.',
  }),

  KEELSON_LOG_DATABASE_LEVEL: choice(['debug', 'info', 'warn', 'error', 'off'], {
    section: logs,
    initial: 'warn',
    meaning:
      'From which level on the lines that the API logs are kept in the database too, for `keelson logs`. SQLite has one writer, so `info`, with a line for each request, is for quiet installations.',
  }),
});

export type DatabaseSettings = z.output<typeof databaseSettings>;
export type AppSettings = z.output<typeof appSettings>;

/** Every name that is known, in the order of the documentation. */
export const settingNames: readonly string[] = [
  ...Object.keys(databaseSettings.shape),
  ...Object.keys(embedderSettings.shape),
  ...Object.keys(appSettings.shape),
];
