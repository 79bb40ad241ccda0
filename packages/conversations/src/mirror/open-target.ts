import { basename } from 'node:path';
import {
  type Database,
  type DatabaseConfig,
  ensureIdentity,
  newId,
  openDatabase,
  readIdentity,
} from '@keelson/db-core';
import { MirrorTargetError } from '../errors.ts';
import { mirrorMigrations } from './migrations.ts';

/** A mirror's database has no owners to keep apart, and is made anew sooner than restored. */
export function openTarget(config: DatabaseConfig): Database {
  return openDatabase({
    config: { ...config, rowSecurity: false },
    schema: 'own',
    migrations: mirrorMigrations,
    applicationName: 'keelson mirror',
    backup: () => Promise.resolve(),
  });
}

/**
 * Makes sure that nothing else is there, and makes the mirror's tables.
 *
 * @throws MirrorTargetError when Keelson itself keeps its data there, in this database or another
 * @throws ForeignDatabaseError when it is a file of another program
 */
export async function prepareTarget(target: Database, source: Database): Promise<void> {
  const { newer } = await target.migrations.status();
  // Keelson's own migrations come without a prefix.
  if (newer.some((name) => /^\d/.test(name))) {
    const [here, there] = [await readIdentity(source), await readIdentity(target)];
    const isSame = here !== undefined && here.id === there?.id;
    throw new MirrorTargetError(
      isSame
        ? 'The database to mirror into is the one that is to be mirrored.'
        : 'Keelson itself keeps its data in the database to mirror into.',
    );
  }
  // Whoever keeps a mirror brings its tables up to date.
  await target.migrations.migrate();
  await target.initialize();
}

/** Which database is mirrored. */
export async function identityOf(source: Database): Promise<string> {
  const identity = (await readIdentity(source)) ?? (await ensureIdentity(source, 'development'));
  return identity.id;
}

const LONGEST_NAME = 60;

/** What a new mirror is called in the source: by the place where it was made, and one of its kind. */
export function consumerNameFor({ target }: DatabaseConfig): string {
  const place = target.engine === 'sqlite' ? basename(target.path) : target.database;
  return `mirror:${place.replaceAll(/[^\w.-]/g, '_').slice(0, LONGEST_NAME)}:${newId().slice(-8)}`;
}
