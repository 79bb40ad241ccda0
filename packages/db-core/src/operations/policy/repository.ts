import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../errors/index.ts';

/** Larger files are no code that somebody wrote. */
const MOST_BYTES = 2 * 1024 ** 2;
const MOST_OUTPUT = 256 * 1024 ** 2;

/** The files of a repository, as git knows them. */
export interface Repository {
  /** Where it is. */
  readonly root: string;
  /** Paths from there, with slashes: those that git tracks, and new ones that it doesn't ignore; or those that are staged. */
  readonly paths: readonly string[];
  /** A file's text; undefined for one that is gone or too large. */
  readonly read: (path: string) => string | undefined;
}

/** @throws ConfigurationError where there is no repository, or no git */
export function openRepository(folder: string, staged: boolean): Repository {
  const root = git(folder, ['rev-parse', '--show-toplevel']).trimEnd();
  const list = staged
    ? ['diff', '--cached', '--name-only', '-z', '--diff-filter=ACMR']
    : ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = new Set(
    git(root, list)
      .split('\0')
      .filter((path) => path !== ''),
  );
  return { root, paths: [...paths].sort(), read: (path) => (staged ? readStaged(root, path) : readFile(root, path)) };
}

/** What would be committed, which the file on the disk may no longer be. */
function readStaged(root: string, path: string): string | undefined {
  const size = Number(git(root, ['cat-file', '-s', `:${path}`]));
  return size > MOST_BYTES ? undefined : git(root, ['cat-file', 'blob', `:${path}`]);
}

function readFile(root: string, path: string): string | undefined {
  const file = statSync(join(root, path), { throwIfNoEntry: false });
  return file?.isFile() === true && file.size <= MOST_BYTES ? readFileSync(join(root, path), 'utf8') : undefined;
}

function git(folder: string, args: readonly string[]): string {
  try {
    return execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: MOST_OUTPUT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    const [why = 'git failed'] =
      said === '' ? [cause instanceof Error ? cause.message : String(cause)] : said.split('\n');
    throw new ConfigurationError(`The files of ${folder} can't be listed: ${why}.`, {
      cause,
      hint: 'Run it inside a git repository, with git installed.',
    });
  }
}
