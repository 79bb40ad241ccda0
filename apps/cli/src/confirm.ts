import process from 'node:process';
import { ForbiddenError, type Identity } from '@keelson/db-core';
import type { Context } from './context.ts';
import { nameOf } from './database.ts';
import { DeclinedError } from './errors.ts';
import { ask } from './ask.ts';

export interface Destruction {
  /** What will be lost, as a sentence. */
  readonly what: string;
  /** `--yes`. */
  readonly yes: boolean;
  /** `--confirm NAME`: the database's name. */
  readonly name: string | undefined;
  readonly identity: Identity | undefined;
}

/**
 * Makes sure that something is meant to be destroyed. In production, by the configuration or by the database's own
 * identity, a yes isn't enough: the database's name must be given.
 *
 * @throws DeclinedError when somebody says no, or nobody can be asked
 * @throws ForbiddenError with a wrong name, and in production without one
 */
export async function confirmDestruction(context: Context, { what, yes, name, identity }: Destruction): Promise<void> {
  const expected = nameOf(context.config.database.target);
  const inProduction = context.config.environment === 'production' || identity?.environment === 'production';
  // Whoever names a database means that one, wherever this is.
  if (name !== undefined && name !== expected) throw misnamed(name, expected);
  if (!inProduction) {
    if (yes) return;
    if (!canAsk()) throw new DeclinedError(`${what} Nobody can be asked here whether that is meant.`);
    if (!(await ask.yes(`${what} Go on?`))) throw new DeclinedError('Nothing was done.');
    return;
  }
  const given =
    name ??
    (canAsk() && !yes
      ? await ask.text(`${what} This is production: type the name of the database (${expected}) to go on.`)
      : undefined);
  if (given === expected) return;
  throw given === undefined
    ? new ForbiddenError(`${what} This is production.`, { hint: hintOf(expected) })
    : misnamed(given, expected);
}

function misnamed(given: string, expected: string): ForbiddenError {
  return new ForbiddenError(`"${given}" is not the name of this database.`, { hint: hintOf(expected) });
}

function hintOf(expected: string): string {
  return `Give the database's name with --confirm: ${expected}.`;
}

function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}
