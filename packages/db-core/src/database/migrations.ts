import { migrations as keelsonMigrations } from '../../migrations/index.ts';
import type { SchemaDescription } from '../schema/description.ts';
import { schema } from '../schema/generated/tables.ts';
import type { Migration } from '../schema/migration.ts';
import type { PlannedMigration } from '../schema/plan.ts';
import { migrate, type MigrationRun, planMigrations, rollback } from '../schema/runner.ts';
import { migrationStatus, type MigrationStatus } from '../schema/status.ts';
import { validateSchema } from '../schema/validate.ts';
import { ConfigurationError, MigrationLockedError } from '../errors/index.ts';
import { packageVersion } from '../version.ts';
import { sequenceOf } from '../schema/sequence.ts';
import type { Kernel } from './kernel.ts';

export interface MigrationsOptions {
  readonly kernel: Kernel;
  /** Does the database have Keelson's tables? */
  readonly keelson: boolean;
  /** An application's own. */
  readonly own: readonly Migration[];
  readonly backup: (() => Promise<void>) | undefined;
  /** Throws when programs live that these migrations would break. */
  readonly refuseBreaking: (names: readonly string[], direction: 'up' | 'down') => Promise<void>;
  /** Called after the schema changed. */
  readonly onChanged: () => void;
}

export interface ChangeOptions {
  /** The last one that stays done: a name, or its number. Default: all for `migrate`, all but one for `rollback`. */
  readonly to?: string;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
}

export interface MigrateOptions extends ChangeOptions {
  /** Even while programs live that this breaks. Default: false. */
  readonly force?: boolean;
}

/** The numbered steps of one database's schema. Reached as `database.migrations`; works also before it is initialised. */
export class DatabaseMigrations {
  readonly #kernel: Kernel;
  readonly #all: readonly Migration[];
  readonly #expected: SchemaDescription;
  readonly #backup: (() => Promise<void>) | undefined;
  readonly #refuseBreaking: MigrationsOptions['refuseBreaking'];
  readonly #onChanged: () => void;

  constructor({ kernel, keelson, own, backup, refuseBreaking, onChanged }: MigrationsOptions) {
    this.#kernel = kernel;
    this.#all = sequenceOf(keelson ? keelsonMigrations : [], own);
    this.#expected = keelson ? schema : { tables: [] };
    this.#backup = backup;
    this.#refuseBreaking = refuseBreaking;
    this.#onChanged = onChanged;
  }

  async status(): Promise<MigrationStatus> {
    await this.#kernel.connect();
    return migrationStatus(this.#kernel.engine, this.#all);
  }

  /**
   * As {@link status}, once nobody is migrating any more.
   *
   * @throws MigrationLockedError when somebody is for longer than `DATABASE_TIMEOUT`
   */
  async settledStatus(): Promise<MigrationStatus> {
    const { engine, config } = this.#kernel;
    try {
      return await engine.withLock('migrations', config.timeoutMs, () => this.status());
    } catch (error) {
      if (error instanceof MigrationLockedError) throw error;
      // Where the lock can't be had, in a folder that can't be written for one, nobody else migrates either.
      return this.status();
    }
  }

  /** What {@link migrate} would do, with its SQL. */
  async plan({ to }: Pick<ChangeOptions, 'to'> = {}): Promise<readonly PlannedMigration[]> {
    await this.#kernel.connect();
    return planMigrations(this.#kernel.engine, { migrations: this.#all, ...(to === undefined ? {} : { to }) });
  }

  /**
   * Does what is due. Of two at once, one works and the other waits and finds nothing to do.
   *
   * @throws MigrationBreakingError when programs live that what is due would break, and nothing was done
   * @throws MigrationLockedError, MigrationDriftError, NewerSchemaError, MigrationFailedError
   */
  migrate({ force = false, ...options }: MigrateOptions = {}): Promise<MigrationRun> {
    const beforeBreaking = force
      ? {}
      : { beforeBreaking: (names: readonly string[]) => this.#refuseBreaking(names, 'up') };
    return this.#change((shared) =>
      migrate(this.#kernel.engine, { ...shared, ...options, ...beforeBreaking, applicationVersion: packageVersion }),
    );
  }

  /**
   * Undoes the last step, or everything after the one that is named.
   *
   * @throws MigrationMissingDownError before anything is undone, MigrationBreakingError when programs live that work with
   * what would be undone, and as {@link migrate}
   */
  rollback({ force = false, ...options }: MigrateOptions = {}): Promise<MigrationRun> {
    const beforeUndoing = force
      ? {}
      : { beforeUndoing: (names: readonly string[]) => this.#refuseBreaking(names, 'down') };
    return this.#change((shared) => rollback(this.#kernel.engine, { ...shared, ...options, ...beforeUndoing }));
  }

  /**
   * Compares the database's tables and columns with what this version works with.
   *
   * @throws SchemaValidationError naming everything that is missing or different
   */
  async validate(): Promise<SchemaDescription> {
    await this.#kernel.connect();
    return validateSchema(this.#kernel.engine, this.#expected);
  }

  async #change(
    work: (
      shared: Pick<Parameters<typeof rollback>[1], 'migrations' | 'backup' | 'onEvent' | 'waitMs'>,
    ) => Promise<MigrationRun>,
  ): Promise<MigrationRun> {
    await this.#kernel.connect();
    const { migrations, timeoutMs } = this.#kernel.config;
    // Asked for only where there is something to lose: a new database, a dry run and one that is up to date need none.
    const backup = migrations.backupBeforeUpgrade ? (this.#backup ?? refuseWithoutBackup) : undefined;
    try {
      return await work({
        migrations: this.#all,
        waitMs: timeoutMs,
        onEvent: (event) => this.#kernel.emit(event),
        ...(backup === undefined ? {} : { backup }),
      });
    } finally {
      this.#onChanged();
    }
  }
}

function refuseWithoutBackup(): Promise<never> {
  throw new ConfigurationError(
    'MIGRATION_BACKUP_BEFORE_UPGRADE=true asks for a backup, and nothing here can make one.',
    {
      hint: 'Give openDatabase a `backup` function, or make a backup yourself and unset MIGRATION_BACKUP_BEFORE_UPGRADE.',
    },
  );
}
