import { isCode, openings } from './opens.ts';
import { POLICY_FILE, type Policy, readPolicy } from './policy-file.ts';
import { openRepository } from './repository.ts';

export interface CheckPolicy {
  /** A folder of the repository. */
  readonly folder: string;
  /** Only what would be committed. Default: everything that git tracks or that is new and not ignored. */
  readonly staged?: boolean;
}

/** Something that the single-database rule refuses. */
export interface PolicyViolation {
  readonly kind: 'database-file' | 'database-code';
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

export interface PolicyReport {
  readonly root: string;
  /** How many files were looked at. */
  readonly files: number;
  readonly violations: readonly PolicyViolation[];
}

const DATABASE = /\.(?:db3?|sqlite3?|sqlite-[\w-]+)(?:-wal|-shm|-journal)?$/i;
const BESIDE = /-(?:wal|shm|journal)$/;

/** Why there is one database, in words for whoever wanted another. */
export const POLICY_REASONS: readonly string[] = [
  'There is one database. What is in it is backed up and restored together, can be asked for together across domains,',
  'changes in one transaction, goes through one pool, is migrated in one sequence, and has one guard that keeps users apart.',
  'A second one has none of this: nobody backs it up, its schema drifts away, and its rows belong to nobody.',
];

/** What to do instead. */
export const POLICY_ALTERNATIVES: readonly string[] = [
  'Give your tables to the one database: keelson create-migration "Add what you need"',
  'Reach them through openDatabase() of @keelson/db-core, on the handle of their user: database.forUser(id).',
  'For a test, use a database of @keelson/db-core/testing, which is made for it and gone after it.',
  `If it must be apart, because it watches the database or moves it, say so with a reason in ${POLICY_FILE} and have that reviewed.`,
];

/**
 * Holds a repository to the single-database rule: no database files but those that are listed, and no code that opens one
 * but where that is listed. What is listed stands in `keelson.policy.json`.
 *
 * @throws ConfigurationError outside a repository, or for a list that can't be read
 * @example
 * ```ts
 * const { violations } = checkPolicy({ folder: process.cwd(), staged: true });
 * ```
 */
export function checkPolicy({ folder, staged = false }: CheckPolicy): PolicyReport {
  const { root, paths, read } = openRepository(folder, staged);
  const policy = readPolicy(root);
  const violations = paths.flatMap((path): PolicyViolation[] => {
    if (DATABASE.test(path)) return isKnown(policy, path) ? [] : [anotherDatabase(path)];
    if (!isCode(path) || mayOpen(policy, path)) return [];
    return openings(path, read(path) ?? '').map(({ line, what }) => ({
      kind: 'database-code',
      path,
      line,
      message: `${path}:${line} ${what}, which opens a database past the one pool.`,
    }));
  });
  return { root, files: paths.length, violations };
}

function isKnown({ databases }: Policy, path: string): boolean {
  return databases.some((known) => known.path === path || known.path === path.replace(BESIDE, ''));
}

function mayOpen({ code }: Policy, path: string): boolean {
  return code.some((known) => known.path === path || (known.path.endsWith('/') && path.startsWith(known.path)));
}

function anotherDatabase(path: string): PolicyViolation {
  return { kind: 'database-file', path, line: null, message: `${path} is a database file of its own.` };
}
