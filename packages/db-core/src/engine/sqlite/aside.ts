import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import process from 'node:process';
import Database from 'better-sqlite3';
import * as z from 'zod';
import { QueryError } from '../../errors/index.ts';
import { mapSqliteError } from './errors.ts';

/** SQL without parameters, or with some, on a file. */
export interface AsideStatement {
  readonly sql: string;
  readonly values?: readonly string[];
}

/**
 * A bare connection that runs what stdin says; in a process, because SQLite can't be stopped once it is at it.
 * `keelson_digest(…)` sums what rows hash to, to tell whether any of them has changed.
 */
const PROGRAM = `
const { driver, path, readonly, statements } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
process.umask(0o077);
try {
  const database = new (require(driver))(path, { readonly, fileMustExist: true, timeout: 10000 });
  database.pragma('cache_size = -65536');
  const { hash } = require('node:crypto');
  database.aggregate('keelson_digest', {
    varargs: true,
    start: () => 0n,
    step: (sum, ...values) => sum + BigInt('0x' + hash('sha256', JSON.stringify(values)).slice(0, 14)),
    result: String,
  });
  const results = statements.map(({ sql, values = [] }) => {
    const statement = database.prepare(sql);
    return statement.reader ? statement.all(...values) : (statement.run(...values), []);
  });
  database.close();
  process.stdout.write(JSON.stringify({ results }));
} catch (error) {
  process.stdout.write(JSON.stringify({ failure: { code: String(error.code), message: error.message } }));
}`;

const answerSchema = z.union([
  z.object({ results: z.array(z.array(z.record(z.string(), z.unknown()))) }),
  z.object({ failure: z.object({ code: z.string(), message: z.string() }) }),
]);

interface AsideOptions {
  readonly path: string;
  readonly statements: readonly AsideStatement[];
  readonly readonly?: boolean;
  readonly signal?: AbortSignal | undefined;
}

type Rows = readonly Record<string, unknown>[];

/** Runs statements that may take minutes on a connection of another process, so that nothing waits for them here. */
export async function runAside({ path, statements, readonly = true, signal }: AsideOptions): Promise<readonly Rows[]> {
  signal?.throwIfAborted();
  const driver = createRequire(import.meta.url).resolve('better-sqlite3');
  const child = spawn(process.execPath, ['--input-type=commonjs', '-e', PROGRAM], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  let said = '';
  let trouble = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (trouble += text));
  child.stdin.on('error', () => undefined).end(JSON.stringify({ driver, path, readonly, statements }));
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  signal?.throwIfAborted();
  const answer = said === '' ? undefined : answerSchema.parse(JSON.parse(said));
  if (answer === undefined) throw new QueryError(`The process that read ${path} ended early. ${trouble.trim()}`);
  if ('failure' in answer) {
    const { code, message } = answer.failure;
    throw mapSqliteError(new Database.SqliteError(message, code), path);
  }
  return answer.results;
}
