import { type Database, engineOf } from '../../database/database.ts';
import { lowestIdOf } from '../../database/ids.ts';
import { ConfigurationError } from '../../errors/index.ts';
import { TABLE_CARE } from '../../schema/column-classes.ts';
import type { SchemaDescription, TableDescription } from '../../schema/description.ts';
import { quoteName } from '../../schema/identifiers.ts';
import { Statements } from '../statements.ts';
import { applyRule } from './apply-rule.ts';
import { type Due, dueParts } from './due-rows.ts';
import { KERNEL_RULES } from './kernel-rules.ts';
import type { RetentionOutcome, RetentionRule } from './rule.ts';

export interface RetentionProgress {
  readonly rule: string;
  /** Rules that are done. */
  readonly done: number;
  readonly total: number;
}

export interface RetentionOptions {
  /** Stops between two transactions; what was done stays done. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RetentionProgress) => void | Promise<void>) | undefined;
}

/**
 * How long things are kept: archives, removes and erases what is due by the rules of the platform and of the domains. It
 * works in small transactions and can be interrupted at any moment; the next run does the rest.
 *
 * @example
 * ```ts
 * const retention = new Retention(database, conversationRetention);
 * for (const { rule, rows } of await retention.preview()) console.log(rule, rows);
 * await retention.run();
 * ```
 */
export class Retention {
  readonly #database: Database;
  readonly #rules: readonly RetentionRule[];

  /** @throws ConfigurationError when two rules have one name */
  constructor(database: Database, rules: readonly RetentionRule[] = []) {
    this.#database = database;
    this.#rules = [...rules, ...KERNEL_RULES];
    const names = this.#rules.map(({ name }) => name);
    const doubled = names.find((name, index) => names.indexOf(name) !== index);
    if (doubled !== undefined) throw new ConfigurationError(`Two rules of retention are called ${doubled}.`);
  }

  /** What would be done now. Changes nothing. @throws ConfigurationError for a rule that the tables don't fit */
  preview({ signal }: Pick<RetentionOptions, 'signal'> = {}): Promise<readonly RetentionOutcome[]> {
    return this.#each({ signal }, async (statements, due) => {
      let rows = 0;
      for await (const part of dueParts(statements, due)) {
        signal?.throwIfAborted();
        rows += part.due;
      }
      return rows;
    });
  }

  /** Does it. @throws ConfigurationError for a rule that the tables don't fit, before anything is changed */
  run(options: RetentionOptions = {}): Promise<readonly RetentionOutcome[]> {
    const { signal } = options;
    return this.#each(options, (statements, due, schema) =>
      applyRule({ database: this.#database, statements, schema, signal }, due),
    );
  }

  async #each(
    { signal, onProgress }: RetentionOptions,
    work: (statements: Statements, due: Due, schema: SchemaDescription) => Promise<number>,
  ): Promise<readonly RetentionOutcome[]> {
    await this.#database.initialize();
    const schema = await engineOf(this.#database).inspect();
    const tables = this.#rules.map((rule) => tableOf(schema, rule));
    const statements = new Statements(this.#database);
    const outcomes: RetentionOutcome[] = [];
    for (const [index, rule] of this.#rules.entries()) {
      signal?.throwIfAborted();
      await onProgress?.({ rule: rule.name, done: index, total: this.#rules.length });
      const keepMs = typeof rule.keepMs === 'number' ? rule.keepMs : rule.keepMs(this.#database.config);
      const before = keepMs === null ? null : new Date(Date.now() - keepMs);
      const due = await this.#due(statements, { rule, table: tables[index] as TableDescription, before });
      const rows = due === undefined ? 0 : await work(statements, due, schema);
      const { name, purpose, table, action } = rule;
      outcomes.push({ rule: name, purpose, table, action, keepMs, before, rows });
    }
    return outcomes;
  }

  /** Undefined when nothing can be. */
  async #due(
    statements: Statements,
    { rule, table, before }: { rule: RetentionRule; table: TableDescription; before: Date | null },
  ): Promise<Due | undefined> {
    const most = rule.mostRows?.(this.#database.config);
    const surplusId = most === undefined ? undefined : await nthNewest(statements, table, most);
    if (before === null && surplusId === undefined) return undefined;
    const oldest = before ?? new Date(0);
    const byTime = lowestIdOf(oldest);
    return {
      rule,
      table,
      before: oldest,
      surplusId,
      highestId:
        rule.idsByTime !== true ? undefined : surplusId === undefined || surplusId < byTime ? byTime : surplusId,
    };
  }
}

/** The id of the newest row that is one too many. */
async function nthNewest(
  statements: Statements,
  { name }: TableDescription,
  most: number,
): Promise<string | undefined> {
  const sql = `SELECT id FROM ${quoteName(name)} ORDER BY id DESC LIMIT 1 OFFSET $1`;
  const [row] = await statements.rows('retention.surplus', sql, [most]);
  return row?.['id'] as string | undefined;
}

/** @throws ConfigurationError that names what doesn't fit */
function tableOf({ tables }: SchemaDescription, rule: RetentionRule): TableDescription {
  const table = tables.find(({ name }) => name === rule.table);
  if (table === undefined) throw unfit(rule, `there is no table ${rule.table}`);
  const named = [
    ...rule.since,
    ...Object.keys(rule.where ?? {}),
    ...Object.keys(rule.set ?? {}),
    ...(rule.stamps ?? []),
  ];
  const unknown = named.filter((name) => table.columns.every((column) => column.name !== name));
  if (unknown.length > 0) throw unfit(rule, `${rule.table} has no column ${unknown.join(', ')}`);
  if (rule.since.length === 0) throw unfit(rule, 'it names no column with a time');
  if (rule.action === 'archive' && rule.set === undefined) throw unfit(rule, 'it does not say what to write');
  if (rule.action === 'remove' && TABLE_CARE[rule.table]?.isImmutable === true)
    throw unfit(rule, `rows of ${rule.table} never change and can only be erased`);
  if (rule.action === 'move' && rule.move === undefined) throw unfit(rule, 'it does not say how rows are moved');
  const byRow = { erase: 'can be erased from', move: 'have rows that can be moved' };
  if ((rule.action === 'erase' || rule.action === 'move') && table.primaryKey.join() !== 'user_id,id')
    throw unfit(rule, `only tables with the key (user_id, id) ${byRow[rule.action]}`);
  if (rule.mostRows !== undefined && (rule.idsByTime !== true || table.primaryKey.join() !== 'id'))
    throw unfit(rule, 'only rows whose key is an id that tells its time can be bounded in number');
  return table;
}

function unfit({ name }: RetentionRule, what: string): ConfigurationError {
  return new ConfigurationError(`The rule of retention ${name} does not fit: ${what}.`, {
    hint: 'It stands in the program; mend its declaration.',
  });
}
