import { join } from 'node:path';
import { isOwner, pseudonymOf } from '../../care/ledger.ts';
import type { Chain } from './chain.ts';
import { BackupDamagedError, BackupUnknownError } from './errors.ts';
import { isDerived } from './parts.ts';
import { differencesOf, TableSums } from './sums.ts';
import { unpackBackup, type Unpacked, type VerifiedBackup, verifiedOf, type VerifyOptions } from './verify.ts';

export interface UnpackedChain {
  /** What the last of them is of: its moment, with the tables of the full one. */
  readonly backup: VerifiedBackup;
  readonly base: Unpacked;
  readonly increments: readonly Unpacked[];
  /** SQLite: where what has changed was put, one file for each increment. */
  readonly files: readonly string[];
}

/**
 * Reads a full backup and what goes on from it, from beginning to end, and refuses a chain whose links don't belong
 * together: each names the one before down to its last byte.
 *
 * @throws BackupDamagedError, BackupKeyError, BackupUnknownError
 */
export async function unpackChain(
  [first, ...rest]: Chain,
  place: string,
  target: string,
  options: VerifyOptions,
): Promise<UnpackedChain> {
  const base = await unpackBackup(first, target, { ...options, isBase: rest.length > 0 });
  if (base.form === 'increment')
    throw new BackupUnknownError(`${first} is an increment: it holds only what changed since another backup.`);
  const increments: Unpacked[] = [];
  const files: string[] = [];
  for (const [index, file] of rest.entries()) {
    const changes = join(place, `increment-${index + 1}.db`);
    const link = await unpackBackup(file, changes, options);
    assertFollows(link, increments.at(-1) ?? base, base);
    increments.push(link);
    files.push(changes);
  }
  const last = increments.at(-1) ?? base;
  return { backup: { ...verifiedOf(last), tables: base.tables }, base, increments, files };
}

function assertFollows(link: Unpacked, before: Unpacked, base: Unpacked): void {
  const { follows } = link;
  const refuse = (why: string): never => {
    throw new BackupDamagedError(`${link.file} does not go on from ${before.file}: ${why}.`, {
      hint: 'Nothing was changed. Restore an earlier moment with --to, or another backup: `keelson backups list` shows them.',
    });
  };
  if (follows === null) return refuse('it is no increment');
  if (link.databaseId !== base.databaseId || link.engine !== base.engine) return refuse('it is of another database');
  if (follows.base.id !== base.id) return refuse('it is of another chain');
  if (follows.parent.id !== before.id) return refuse('it goes on from another backup');
  if (follows.parent.digest !== before.digest) return refuse('that file is not as it was when this one was made');
}

/** Who they are, of these owners, for whom an increment has pseudonyms, because they were erased. */
export function namesOf({ erased }: Unpacked, owners: Iterable<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const userId of owners)
    for (const line of erased) if (isOwner(line, userId)) names.set(pseudonymOf(line), userId);
  return names;
}

/** Follows what brings increments in, and tells at the end what isn't as it must be. */
export class ChainSums {
  readonly sums: TableSums;
  readonly #last: Unpacked;

  constructor({ base, increments }: UnpackedChain) {
    this.sums = TableSums.from(base.tables);
    this.#last = increments.at(-1) ?? base;
  }

  /** @throws BackupDamagedError */
  assertReached(found: VerifiedBackup['tables']): void {
    // With increments the search index is as it was, and has marks of what has changed.
    const isWhole = this.#last.form !== 'increment';
    const kept = (tables: VerifiedBackup['tables']): VerifiedBackup['tables'] =>
      tables.filter(({ name }) => isWhole || !isDerived(name));
    const counted = new Map(this.#last.counts.map(({ name, rows }) => [name, rows]));
    const differences = [
      ...differencesOf(kept(this.sums.result()), kept(found)),
      ...kept(found)
        .filter(({ name, rows }) => counted.has(name) && counted.get(name) !== rows)
        .map(({ name, rows }) => `${name} has ${rows} rows, and had ${counted.get(name)} then`),
    ];
    if (differences.length > 0)
      throw new BackupDamagedError(`What was restored is not what was backed up: ${differences.join('; ')}.`, {
        details: { differences },
      });
  }
}
