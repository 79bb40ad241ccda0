import type { Engine, EngineTransaction } from '../../engine/contract.ts';
import { KeelsonError } from '../../errors/index.ts';
import { runStatement } from '../../schema/statements.ts';
import { RestoreRefusedError } from './errors.ts';
import { timeInName } from './folder.ts';

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function names(
  engine: Engine,
  runner: Engine | EngineTransaction,
  sql: string,
  ...values: string[]
): Promise<string[]> {
  const { rows } = await runStatement(engine, runner, { sql, values });
  return rows.map((row) => String(row['name']));
}

export async function currentSchema(engine: Engine): Promise<string> {
  const [name] = await names(engine, engine, 'SELECT current_schema() AS name');
  return name ?? 'public';
}

/** Removes what restores that were killed have left. Called by the only one that is at it. */
export async function sweepSchemas(engine: Engine, schema: string): Promise<void> {
  const left = await names(
    engine,
    engine,
    'SELECT nspname AS name FROM pg_namespace WHERE starts_with(nspname, $1)',
    `${schema.slice(0, 30)}_restore_`,
  );
  for (const name of left) await dropSchema(engine, name);
}

/** Makes a schema; gives it as the search path to work in it. */
export async function newSchema(engine: Engine, place: string, schema: string): Promise<readonly string[]> {
  await withRights(schema, async () => engine.exec(`CREATE SCHEMA ${quoted(place)}`));
  // Types of extensions must be found where they are, also in the schema that is to be replaced.
  const others = await names(
    engine,
    engine,
    `SELECT DISTINCT n.nspname AS name FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE n.nspname <> 'pg_catalog' ORDER BY 1`,
  );
  return [place, ...others];
}

export async function dropSchema(engine: Engine, name: string): Promise<void> {
  await engine.exec(`DROP SCHEMA IF EXISTS ${quoted(name)} CASCADE`);
}

interface Swap {
  readonly schema: string;
  readonly place: string;
  /** Is there anything in the old one? */
  readonly keep: boolean;
}

/** Lets the one schema take the other's name, in one transaction. Gives what the old one is called now. */
export async function swapSchemas(engine: Engine, { schema, place, keep }: Swap): Promise<string | null> {
  const stamp = timeInName(new Date())
    .toLowerCase()
    .replaceAll(/[^0-9]/g, '');
  const wanted = `${schema.slice(0, 30)}_before_${stamp}`;
  return await withRights(schema, async () => {
    const swap = await engine.begin({ mode: 'exclusive-schema' });
    try {
      await swap.exec("SET LOCAL lock_timeout = '30s'");
      const old = await freeName(engine, swap, wanted);
      await swap.exec(`ALTER SCHEMA ${quoted(schema)} RENAME TO ${quoted(old)}`);
      await swap.exec(`ALTER SCHEMA ${quoted(place)} RENAME TO ${quoted(schema)}`);
      await moveExtensions(engine, swap, old, schema);
      await redirectFunctions(engine, swap, schema, place);
      await redirectFunctions(engine, swap, old, schema);
      if (!keep) await swap.exec(`DROP SCHEMA ${quoted(old)}`);
      await swap.commit();
      return keep ? old : null;
    } catch (error) {
      await swap.rollback();
      throw error;
    }
  });
}

/** Two restores within a second would keep what they replace under the same name. */
async function freeName(engine: Engine, swap: EngineTransaction, wanted: string): Promise<string> {
  const sql = 'SELECT nspname AS name FROM pg_namespace WHERE starts_with(nspname, $1)';
  const taken = new Set(await names(engine, swap, sql, wanted));
  for (let number = 0; ; number += 1) {
    const name = number === 0 ? wanted : `${wanted}_${number}`;
    if (!taken.has(name)) return name;
  }
}

async function moveExtensions(engine: Engine, swap: EngineTransaction, from: string, to: string): Promise<void> {
  const extensions = await names(
    engine,
    swap,
    'SELECT extname AS name FROM pg_extension WHERE extnamespace = quote_ident($1)::regnamespace AND extrelocatable',
    from,
  );
  for (const name of extensions) await swap.exec(`ALTER EXTENSION ${quoted(name)} SET SCHEMA ${quoted(to)}`);
}

/** Functions that say themselves where they look for tables said it by the name that their schema had. */
async function redirectFunctions(
  engine: Engine,
  swap: EngineTransaction,
  schema: string,
  before: string,
): Promise<void> {
  const { rows } = await runStatement(engine, swap, {
    sql: `SELECT p.oid::regprocedure::text AS name, substr(c, length('search_path=') + 1) AS path
            FROM pg_proc p, unnest(p.proconfig) c
           WHERE p.pronamespace = quote_ident($1)::regnamespace AND starts_with(c, 'search_path=')
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`,
    values: [schema],
  });
  for (const row of rows) {
    const path = String(row['path'])
      .split(', ')
      .map((part) => (part === before || part === quoted(before) ? quoted(schema) : part));
    await swap.exec(`ALTER ROUTINE ${String(row['name'])} SET search_path = ${path.join(', ')}`);
  }
}

async function withRights<T>(schema: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeelsonError) || error.details['sqlState'] !== '42501') throw error;
    throw new RestoreRefusedError(`This user may not make schemas or rename "${schema}".`, {
      cause: error,
      hint: `Let an administrator run: GRANT CREATE ON DATABASE … TO …; ALTER SCHEMA ${quoted(schema)} OWNER TO …; or restore into a database that this user owns.`,
    });
  }
}
