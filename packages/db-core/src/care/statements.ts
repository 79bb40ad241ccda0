import { type Database, engineOf } from '../database/database.ts';
import { kernelOf } from '../database/handle.ts';
import type { Kernel } from '../database/kernel.ts';
import { SYSTEM_OWNER } from '../database/user-id.ts';
import type { Engine, EngineKind, Outcome, Row } from '../engine/contract.ts';
import { runStatement } from '../schema/statements.ts';

/**
 * SQL whose tables are known only when it runs, because whatever the database has is erased, an application's own tables
 * too. It runs as the system handle's statements do, in their transactions.
 */
export class Statements {
  readonly engine: EngineKind;
  readonly #engine: Engine;
  readonly #kernel: Kernel;

  constructor(database: Database) {
    this.#engine = engineOf(database);
    this.engine = this.#engine.kind;
    this.#kernel = kernelOf(database.forUser(SYSTEM_OWNER));
  }

  async rows(name: string, sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.#run({ name, sql, values, writes: false })).rows;
  }

  /** Gives how many rows it changed. */
  async change(name: string, sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#run({ name, sql, values, writes: true })).changes;
  }

  /** As `change`, of a statement with RETURNING: gives what it returns. */
  async changed(name: string, sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.#run({ name, sql, values, writes: true, returnsRows: true })).rows;
  }

  #run({ name, sql, values, writes, returnsRows = !writes }: NamedStatement): Promise<Outcome> {
    const plan = { name, sql, writes, returnsRows, decode: new Map() };
    return this.#kernel.statement(
      plan,
      undefined,
      (runner) => runStatement(this.#engine, runner, { sql, values, writes, returnsRows }),
      ({ rows, changes }) => (writes ? changes : rows.length),
    );
  }
}

interface NamedStatement {
  readonly name: string;
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly writes: boolean;
  readonly returnsRows?: boolean;
}
