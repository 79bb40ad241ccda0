import type { DatabaseTarget, PostgresTarget } from './database-url.ts';
import type { AppSettings } from './settings.ts';
import type { SecretKey, SecretKeys } from './secret-key.ts';
import type { SslConfig } from './ssl.ts';

/** What db-core needs to know. All times in milliseconds; where 0 is allowed it means no limit, or off. */
export interface DatabaseConfig {
  readonly target: DatabaseTarget;
  /** PostgreSQL: the schemas to look for tables in, the first of which is worked in. No setting: a restore uses it. */
  readonly searchPath?: readonly string[];
  /** How long to wait for the database: to connect; on SQLite, for the turn to write and for other processes' locks. */
  readonly timeoutMs: number;
  /** PostgreSQL. 0: no limit. */
  readonly statementTimeoutMs: number;
  /** 0: no limit. */
  readonly transactionTimeoutMs: number;
  /** SQLite. */
  readonly synchronous: 'normal' | 'full';
  /** PostgreSQL: name statements and keep them prepared. */
  readonly preparedStatements: boolean;
  /** PostgreSQL: users' statements run under row level security. */
  readonly rowSecurity: boolean;
  readonly echo: boolean;
  /** 0: off. */
  readonly slowQueryMs: number;
  readonly pool: PoolConfig;
  /** PostgreSQL; `disable` on SQLite. */
  readonly ssl: SslConfig;
  /** PostgreSQL: the servers that users' reads may go to, and how old what they show may be. */
  readonly read: { readonly replicas: readonly ReplicaConfig[]; readonly maxLagMs: number };
  /** Tries after the first one at start, and the longest wait before the first of them. */
  readonly initRetry: { readonly count: number; readonly delayMs: number };
  /** PostgreSQL. */
  readonly breaker: { readonly threshold: number; readonly halfOpenAfterMs: number };
  readonly migrations: { readonly autoUpgrade: boolean; readonly backupBeforeUpgrade: boolean };
  /** What of the change feed is kept: entries that are young enough, and so many at most. */
  readonly changes: { readonly keepMs: number; readonly keepRows: number };
  /** How long jobs that have ended are kept. 0: for ever. */
  readonly jobs: { readonly keepMs: number };
  readonly retention: RetentionConfig;
  readonly cache: CacheConfig;
  readonly backups: BackupsConfig;
  readonly alerts: AlertsConfig;
  /** Absent where no secret can be stored. */
  readonly secretKeys?: SecretKeys;
}

export interface RetentionConfig {
  /** Without use for so long: put away. 0: never. */
  readonly archiveMs: number;
  /** Put away or ended, and without use for so long: into cold storage. 0: never. */
  readonly coldMs: number;
  /** Put away, and without use for so long: erased for good. 0: never. */
  readonly archivedMs: number;
  /** Ended, and without use for so long: erased for good. 0: never. */
  readonly closedMs: number;
  /** Deleted so long ago: erased for good. 0: never. */
  readonly deletedMs: number;
  /** How long log lines are kept. 0: for ever. */
  readonly logsMs: number;
  /** How many log lines are kept at most. */
  readonly logRows: number;
}

export interface BackupsConfig {
  /** Absolute. */
  readonly folder: string;
  /** How long they are kept. 0: for ever. */
  readonly keepMs: number;
}

/** From where on something is an alert, and whom to tell. 0 switches a rule off. */
export interface AlertsConfig {
  /** Undefined: nobody is told. */
  readonly webhook: WebhookConfig | undefined;
  /** How often the rules are looked at. 0: never. */
  readonly everyMs: number;
  readonly backupAgeMs: number;
  readonly diskFreePercent: number;
  readonly feedLagMs: number;
  /** Within five minutes, as the next two. */
  readonly poolFailures: number;
  readonly connectionErrors: number;
  readonly statementTimeouts: number;
  readonly readinessDays: number;
}

export interface WebhookConfig {
  /** It may hold a token: it isn't shown. */
  readonly url: string;
  /** What requests are signed with. */
  readonly secret: SecretKey | undefined;
  readonly timeoutMs: number;
}

export interface ReplicaConfig {
  readonly target: PostgresTarget;
  readonly ssl: SslConfig;
}

export interface CacheConfig {
  /** 0: off. */
  readonly hotBytes: number;
  /** 0: off. */
  readonly warmBytes: number;
  /** Where the warm tier is shared; it then takes the place of the one in memory. */
  readonly redisUrl: string | undefined;
}

interface PoolConfig {
  readonly size: number;
  /** PostgreSQL: connections beyond `size`. */
  readonly maxOverflow: number;
  /** PostgreSQL: how long to wait for a connection. */
  readonly timeoutMs: number;
  /** PostgreSQL: the age at which a connection is replaced. 0: never. */
  readonly recycleMs: number;
  /** PostgreSQL: how long a connection may be unused. 0: for ever. */
  readonly idleTimeoutMs: number;
}

/** Where texts become vectors. */
export interface EmbedderConfig {
  readonly model: string;
  /** Undefined for the model that is built in. */
  readonly service: EmbedderServiceConfig | undefined;
}

export interface EmbedderServiceConfig {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly dimensions: number;
  /** Ask for vectors of that many numbers. */
  readonly shorten: boolean;
  /** Texts in one request. */
  readonly batchSize: number;
  /** For one request. */
  readonly timeoutMs: number;
}

export interface HttpConfig {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly bodyLimitBytes: number;
  /** For each token. 0: no limit. */
  readonly requestsPerMinute: number;
  /** Jobs that are done at the same time beside the requests. 0: none. */
  readonly workerSlots: number;
  /** What opens `/metrics` besides tokens of administrators; undefined: nothing. */
  readonly metricsToken: string | undefined;
}

/** Everything that Keelson's apps are configured by. */
export interface KeelsonConfig {
  readonly environment: AppSettings['KEELSON_ENVIRONMENT'];
  /** Absolute folder where relative paths start. */
  readonly home: string;
  readonly database: DatabaseConfig;
  readonly http: HttpConfig;
  /** Which of the API's log lines are kept in the database too. */
  readonly logs: { readonly databaseLevel: AppSettings['KEELSON_LOG_DATABASE_LEVEL'] };
  /** Undefined where no texts become vectors. */
  readonly embedder: EmbedderConfig | undefined;
}
