import { ConfigurationError } from '../errors/index.ts';
import type { Migration } from './migration.ts';

const NAME = /^(?:(?<prefix>[a-z][a-z0-9]*)_)?(?<number>\d{4})_[a-z0-9]+(?:_[a-z0-9]+)*$/;
const LONGEST_NAME = 100;

export interface MigrationName {
  /** Empty for Keelson's own. */
  readonly prefix: string;
  readonly number: number;
}

/** The parts of a migration's name; undefined if it isn't one. */
export function parseMigrationName(name: string): MigrationName | undefined {
  const { prefix = '', number } = NAME.exec(name)?.groups ?? {};
  return number === undefined || name.length > LONGEST_NAME ? undefined : { prefix, number: Number(number) };
}

/** What to call a migration to somebody who looks for it. */
export function fileOf(name: string): string {
  return parseMigrationName(name)?.prefix === '' ? `migrations/${name}.ts` : name;
}

/**
 * Keelson's own migrations and then an application's, in one sequence. Throws `ConfigurationError` for a wrong name, a
 * gap or a repeated number: two branches that both made a 0007 must be seen before either runs.
 */
export function sequenceOf(own: readonly Migration[], further: readonly Migration[] = []): readonly Migration[] {
  for (const { name } of own)
    if (parseName(name).prefix !== '')
      throw new ConfigurationError(`The migration ${name} must come without a prefix.`);
  for (const { name } of further) {
    if (parseName(name).prefix === '')
      throw new ConfigurationError(`The migration ${name} needs a prefix of its own, as in acme_${name}.`);
  }
  const all = [...own, ...further];
  const last = new Map<string, number>();
  for (const { name } of all) {
    const { prefix, number } = parseName(name);
    const expected = (last.get(prefix) ?? 0) + 1;
    if (number !== expected) {
      const wanted = `${prefix === '' ? '' : `${prefix}_`}${String(expected).padStart(4, '0')}`;
      throw new ConfigurationError(
        `The migration ${name} is out of order: ${wanted} is due. Numbers begin at 0001 and have no gaps.`,
      );
    }
    last.set(prefix, number);
  }
  return all;
}

function parseName(name: string): MigrationName {
  const parsed = parseMigrationName(name);
  if (parsed === undefined) {
    throw new ConfigurationError(
      `"${name}" is no name for a migration: write 0001_what_it_does, or acme_0001_what_it_does for an application's own.`,
    );
  }
  return parsed;
}

/** The place of the migration that `wanted` means: a full name, or a name's beginning up to its number (`0002`, `acme_0001`). */
export function placeOf(names: readonly string[], wanted: string): number {
  const place = names.findIndex((name) => name === wanted || (/\d{4}$/.test(wanted) && name.startsWith(`${wanted}_`)));
  if (place === -1) {
    throw new ConfigurationError(`There is no migration ${wanted} here.`, {
      hint: `These are there: ${names.length === 0 ? 'none' : names.join(', ')}.`,
    });
  }
  return place;
}
