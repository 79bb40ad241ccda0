import type { Row } from '../../engine/contract.ts';
import type { TableDescription } from '../../schema/description.ts';
import { quoteName, quoteNames } from '../../schema/identifiers.ts';
import type { Statements } from '../statements.ts';
import type { RetentionRule } from './rule.ts';
import { Values } from './values.ts';

/** Rows that are looked at by one statement, and changed at most by one transaction. */
const WINDOW = 1000;

/** What is due now, by a rule. */
export interface Due {
  readonly rule: RetentionRule;
  readonly table: TableDescription;
  /** Rows whose times are not after this one. */
  readonly before: Date;
  /** Ids up to this one, where the rule bounds how many rows there are. */
  readonly surplusId: string | undefined;
  /** No row with a higher id is due, where ids tell their time. */
  readonly highestId: string | undefined;
}

/** A part of a table, as the conditions of SQL that find its rows that are due. */
export interface Part {
  readonly condition: string;
  readonly values: readonly unknown[];
  /** How many of its rows were due when it was read. */
  readonly due: number;
}

/**
 * Walks along a table's primary key, a bounded number of rows at a time, whatever the condition is: no statement takes long,
 * and no index of its own is needed. What was done isn't due any more, so that a walk that was interrupted begins anew.
 */
export async function* dueParts(statements: Statements, due: Due): AsyncGenerator<Part, void, undefined> {
  const { table, highestId } = due;
  const key = quoteNames(table.primaryKey);
  for (let after: readonly unknown[] = []; ;) {
    const values = new Values();
    const isDue = dueCondition(due, values);
    const bounds = [
      ...(after.length === 0 ? [] : [`(${key}) > (${values.places(after)})`]),
      ...(highestId === undefined ? [] : [`id <= ${values.place(highestId)}`]),
    ];
    const rows = await statements.rows(
      'retention.look',
      `SELECT ${key}, CASE WHEN ${isDue} THEN 1 ELSE 0 END AS due FROM ${quoteName(table.name)}
       WHERE ${bounds.length === 0 ? '1 = 1' : bounds.join(' AND ')} ORDER BY ${key} LIMIT ${WINDOW}`,
      values.all,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    const end = keyOf(table, last);
    const found = rows.filter((row) => Number(row['due']) === 1).length;
    if (found > 0) yield { ...partBetween(due, after, end), due: found };
    if (rows.length < WINDOW) return;
    after = end;
  }
}

/** What lies after one row, up to another, and is due whenever that is asked. */
function partBetween(due: Due, after: readonly unknown[], end: readonly unknown[]): Omit<Part, 'due'> {
  const key = quoteNames(due.table.primaryKey);
  const values = new Values();
  const conditions = [
    dueCondition(due, values),
    ...(after.length === 0 ? [] : [`(${key}) > (${values.places(after)})`]),
    `(${key}) <= (${values.places(end)})`,
  ];
  return { condition: conditions.join(' AND '), values: values.all };
}

function dueCondition({ rule, before, surplusId }: Due, values: Values): string {
  const times = rule.since.map(quoteName);
  const conditions = [
    `(${times.map((time) => `${time} IS NOT NULL`).join(' OR ')})`,
    ...times.map((time) => `(${time} IS NULL OR ${time} <= ${values.place(before)})`),
    ...Object.entries(rule.where ?? {}).map(
      ([column, allowed]) => `${quoteName(column)} IN (${values.places(allowed)})`,
    ),
  ];
  const isOld = `(${conditions.join(' AND ')})`;
  return surplusId === undefined ? isOld : `(${isOld} OR id <= ${values.place(surplusId)})`;
}

function keyOf({ primaryKey }: TableDescription, row: Row): readonly unknown[] {
  return primaryKey.map((column) => row[column]);
}
