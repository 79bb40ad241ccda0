import { resolve } from 'node:path';
import { type Database, engineOf } from '../../database/database.ts';
import { asKeelsonError, ConnectionTimeoutError, type KeelsonError } from '../../errors/index.ts';
import { withDeadline } from '../../resilience/index.ts';
import { runStatement } from '../../schema/statements.ts';
import { checks } from './checks.ts';
import { type Check, DEFAULT_LIMITS, type DoctorLimits, type Examination, type Finding } from './contract.ts';
import { holdersOf, inWords } from './holders.ts';

export interface ExamineOptions {
  /** Also read through files of any size, and compare every index with its table. Default: false. */
  readonly thorough?: boolean;
  /** How long connecting may take, in milliseconds. Default: 10,000. */
  readonly connectMs?: number;
  readonly limits?: Partial<DoctorLimits>;
  /** Told before each look. */
  readonly onCheck?: (name: string) => void;
}

export interface Diagnosis {
  /** In the order in which they were found. */
  readonly findings: readonly Finding[];
  /** What was looked at. */
  readonly checked: readonly string[];
  /** What could not be looked at because of a finding: without a connection, or before every migration has run. */
  readonly skipped: readonly string[];
}

const CONNECT_MS = 10_000;
const DAMAGED = new Set(['CORRUPT_DATABASE', 'NOT_A_DATABASE']);

/**
 * Looks for whatever may be wrong with a database, also one that can't be opened. It changes nothing and never throws for
 * what it finds.
 *
 * @example
 * ```ts
 * const { findings } = await examine(database);
 * for (const { code, message, remedy } of findings) console.error(code, message, remedy);
 * ```
 */
export async function examine(database: Database, options: ExamineOptions = {}): Promise<Diagnosis> {
  const engine = engineOf(database);
  const { target } = database.config;
  const examination: Examination = {
    database,
    engine,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    thorough: options.thorough ?? false,
    path: target.engine === 'sqlite' ? resolve(target.path) : undefined,
    rows: async (sql, values = []) => (await runStatement(engine, engine, { sql, values })).rows,
    history: () => database.migrations.status(),
  };
  const findings: Finding[] = [];
  const checked: string[] = ['connection'];
  const skipped: string[] = [];

  options.onCheck?.('connection');
  const unreachable = await connect(examination, options.connectMs ?? CONNECT_MS);
  if (unreachable !== undefined) findings.push(unreachable);
  const hasSchema = unreachable === undefined && (await isMigrated(examination));

  for (const check of checks) {
    if (check.engine !== undefined && check.engine !== engine.kind) continue;
    const isPossible = { nothing: true, connection: unreachable === undefined, schema: hasSchema }[check.needs];
    if (!isPossible) {
      skipped.push(check.name);
      continue;
    }
    options.onCheck?.(check.name);
    checked.push(check.name);
    findings.push(...(await attempt(check, examination)));
  }
  return { findings, checked, skipped };
}

async function connect({ database, path }: Examination, timeoutMs: number): Promise<Finding | undefined> {
  const onTimeout = (): KeelsonError =>
    new ConnectionTimeoutError(`The database did not answer within ${timeoutMs} ms.`);
  try {
    await withDeadline(() => database.connect(), { timeoutMs, onTimeout });
    return undefined;
  } catch (thrown) {
    const error = asKeelsonError(thrown);
    if (DAMAGED.has(error.code)) return damage(error);
    const holders = path === undefined ? [] : holdersOf(path);
    return {
      code: error.code,
      severity: 'error',
      message: holders.length === 0 ? error.message : `${error.message} It is locked by ${inWords(holders)}.`,
      meaning: 'Nobody can use the database.',
      remedy: error.hint,
    };
  }
}

async function isMigrated({ history }: Examination): Promise<boolean> {
  try {
    const { fresh, pending, newer } = await history();
    return !fresh && pending.length === 0 && newer.length === 0;
  } catch {
    // The check of the migrations comes upon it as well, and says what it was.
    return false;
  }
}

/** What can't be looked at is a finding, too: nobody knows then. */
async function attempt(check: Check, examination: Examination): Promise<readonly Finding[]> {
  try {
    return await check.run(examination);
  } catch (thrown) {
    const error = asKeelsonError(thrown);
    if (DAMAGED.has(error.code)) return [damage(error)];
    return [
      {
        code: 'CHECK_FAILED',
        severity: 'warning',
        subject: check.name,
        message: `"${check.name}" could not be looked at: ${error.message}`,
        meaning: 'Nobody knows whether all is well there.',
        remedy:
          examination.engine.kind === 'postgres' && error.message.includes('permission denied')
            ? 'Give the role of DATABASE_URL the rights of pg_monitor: GRANT pg_monitor TO role;'
            : error.hint,
      },
    ];
  }
}

function damage({ message, hint }: KeelsonError): Finding {
  return {
    code: 'DATABASE_CORRUPT',
    severity: 'error',
    message,
    meaning: 'Data is lost or will be, and answers may be wrong.',
    remedy: hint,
  };
}
