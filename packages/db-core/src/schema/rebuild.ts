import type { Engine, Runner } from '../engine/contract.ts';
import type { Step } from './context.ts';
import { quoteName } from './identifiers.ts';
import { runStatement } from './statements.ts';

/** Indexes and triggers of rebuilt tables. SQLite drops them with the old table, and nobody would notice one that is missing. */
export class SchemaObjects {
  readonly #engine: Engine;
  readonly #runner: Runner;
  readonly #rebuilt = new Set<string>();
  readonly #expected = new Map<string, string>();

  constructor(engine: Engine, runner: Runner) {
    this.#engine = engine;
    this.#runner = runner;
  }

  async remember(table: string): Promise<void> {
    this.#rebuilt.add(table);
    for (const name of await this.#objectsOf(table)) this.#expected.set(name, table);
  }

  /** Throws if one that was there is gone, unless the migration dropped it on purpose, or if a trigger needs what is gone. */
  async assertKept(dropped: ReadonlySet<string>): Promise<void> {
    if (this.#rebuilt.size > 0) await this.#assertTriggersWork();
    for (const table of this.#rebuilt) {
      const present = new Set(await this.#objectsOf(table));
      const lost = [...this.#expected].filter(
        ([name, owner]) => owner === table && !present.has(name) && !dropped.has(name),
      );
      if (lost.length > 0) {
        throw new Error(
          `rebuilding ${table} lost ${lost.map(([name]) => name).join(', ')}: make it again in the migration, or drop it there first`,
        );
      }
    }
  }

  /** SQLite looks into a trigger when a statement fires it, or when such a statement is explained. */
  async #assertTriggersWork(): Promise<void> {
    const tables = await this.#select(
      `SELECT DISTINCT s.name FROM sqlite_schema s JOIN sqlite_schema t ON t.tbl_name = s.name AND t.type = 'trigger' WHERE s.type = 'table'`,
    );
    for (const table of tables) {
      const columns = await this.#select('SELECT name FROM pragma_table_info($1)', table);
      const assignments = columns.map((column) => `${quoteName(column)} = ${quoteName(column)}`).join(', ');
      const name = quoteName(table);
      try {
        await this.#runner.exec(
          `EXPLAIN INSERT INTO ${name} DEFAULT VALUES; EXPLAIN UPDATE ${name} SET ${assignments}; EXPLAIN DELETE FROM ${name}`,
        );
      } catch (cause) {
        throw new Error(
          `a trigger of ${table} no longer works: ${cause instanceof Error ? cause.message : String(cause)}`,
          { cause },
        );
      }
    }
  }

  async #objectsOf(table: string): Promise<string[]> {
    return this.#select(
      `SELECT name FROM sqlite_schema WHERE tbl_name = $1 AND type IN ('index', 'trigger') AND sql IS NOT NULL`,
      table,
    );
  }

  async #select(sql: string, ...values: readonly string[]): Promise<string[]> {
    const { rows } = await runStatement(this.#engine, this.#runner, { sql, values });
    return rows.map(({ name }) => String(name));
  }
}

/** Copies a table into its new form, and makes sure that every row came along before the old one goes. */
export async function rebuild(
  engine: Engine,
  runner: Runner,
  step: Extract<Step, { kind: 'rebuild' }>,
  objects: SchemaObjects,
): Promise<void> {
  await objects.remember(step.table);
  const [create = '', copy = '', ...rest] = step.steps;
  await runner.exec(create);
  await runner.exec(copy);
  const before = await countOf(engine, runner, step.table);
  const after = await countOf(engine, runner, step.copy);
  if (before !== after) throw new Error(`${step.table} has ${before} rows, its rebuilt copy ${after}`);
  for (const sql of rest) await runner.exec(sql);
}

async function countOf(engine: Engine, runner: Runner, table: string): Promise<number> {
  const { rows } = await runStatement(engine, runner, { sql: `SELECT count(*) AS counted FROM ${quoteName(table)}` });
  return Number(rows[0]?.['counted']);
}

/** Throws if a row refers to one that isn't there. SQLite only. */
export async function assertNoOrphans(engine: Engine, runner: Runner): Promise<void> {
  const { rows } = await runStatement(engine, runner, {
    sql: 'SELECT "table" AS child, parent, count(*) AS counted FROM pragma_foreign_key_check GROUP BY "table", parent ORDER BY "table", parent',
  });
  if (rows.length === 0) return;
  const list = rows
    .map(({ child, parent, counted }) => `${String(counted)} of ${String(child)} to ${String(parent)}`)
    .join(', ');
  throw new Error(`it would leave rows that refer to nothing: ${list}`);
}
