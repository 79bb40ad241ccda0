import type { Kernel } from '../database/kernel.ts';
import type { Plan, Row } from '../engine/contract.ts';

/** SQL of an index's own, in the current transaction or on its own. */
export class IndexStatements {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async rows(plan: Plan, userId: string | undefined, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const { rows } = await this.#kernel.statement(
      plan,
      userId,
      (runner) => runner.execute(plan, values),
      (outcome) => outcome.rows.length,
    );
    return rows;
  }

  async runMany(plan: Plan, userId: string, rows: readonly (readonly unknown[])[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#kernel.statement(
      plan,
      userId,
      (runner) => runner.executeMany(plan, rows),
      (changes) => changes,
    );
  }

  /** Statements that change the schema, all in one transaction. */
  async define(name: string, statements: readonly string[]): Promise<void> {
    await this.#kernel.transaction(
      undefined,
      async () => {
        for (const sql of statements) {
          const plan = write(name, sql);
          await this.#kernel.statement(
            plan,
            undefined,
            (runner) => runner.exec(sql),
            () => 0,
          );
        }
      },
      { timeoutMs: 0 },
    );
  }
}

export function read(name: string, sql: string): Plan {
  return { name: `vectors.${name}`, sql, writes: false, returnsRows: true, decode: new Map() };
}

export function write(name: string, sql: string): Plan {
  return { name: `vectors.${name}`, sql, writes: true, returnsRows: false, decode: new Map() };
}
