import type { Row } from '../engine/contract.ts';
import type { Statements } from './statements.ts';

const LINES_AT_ONCE = 500;
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

export interface Named {
  readonly userId: string;
  /** Undefined for an owner whose id can't be an account's. */
  readonly accountId: string | undefined;
}

/**
 * Removes lines that were said during an owner's jobs or sessions, and lines that name the owner or their e-mail address.
 * Lines belong to no owner, so all of them are looked at.
 */
export async function eraseLogLines(
  statements: Statements,
  named: Named,
  erase: (work: () => Promise<number>) => Promise<number>,
): Promise<void> {
  const names = await namesOf(statements, named);
  let after = BEFORE_ALL_IDS;
  for (;;) {
    const rows = await readLines(statements, named, after);
    const last = rows.at(-1);
    if (last === undefined) return;
    const ids = rows.filter((row) => row['own'] || isNamed(row, names)).map(({ id }) => id as string);
    if (ids.length > 0) await erase(() => removeLines(statements, ids));
    after = last['id'] as string;
  }
}

async function readLines(statements: Statements, { userId, accountId }: Named, after: string): Promise<readonly Row[]> {
  const own = ['job_id IN (SELECT id FROM jobs WHERE user_id = $1)'];
  if (accountId !== undefined) own.push('session_id IN (SELECT id FROM user_sessions WHERE account_id = $3)');
  return statements.rows(
    'care.readLines',
    `SELECT id, logger, message, request_id, details, stack, coalesce(${own.join(' OR ')}, false) AS own
     FROM system_logs WHERE id > $2 ORDER BY id LIMIT ${LINES_AT_ONCE}`,
    [userId, after, ...(accountId === undefined ? [] : [accountId])],
  );
}

async function removeLines(statements: Statements, ids: readonly string[]): Promise<number> {
  const places = ids.map((_, index) => `$${index + 1}`).join(', ');
  return statements.change('care.eraseLines', `DELETE FROM system_logs WHERE id IN (${places})`, ids);
}

/** What the owner is called: by their id, and by their address where they have an account. */
async function namesOf(statements: Statements, { userId, accountId }: Named): Promise<readonly RegExp[]> {
  const accounts =
    accountId === undefined
      ? []
      : await statements.rows('care.readEmail', 'SELECT email FROM users WHERE id = $1', [accountId]);
  return [userId, ...accounts.map(({ email }) => email as string)].map(wholeName);
}

/** `ada`, but not in `Canada`. */
function wholeName(name: string): RegExp {
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${escaped(name)}(?![\p{L}\p{N}])`, 'iu');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function isNamed(row: Row, names: readonly RegExp[]): boolean {
  const { logger, message, request_id: request, details, stack } = row;
  const text = [logger, message, request, details === null ? '' : textOf(details), stack].join('\n');
  return names.some((name) => name.test(text));
}

function textOf(details: unknown): string {
  return typeof details === 'string' ? details : JSON.stringify(details);
}
