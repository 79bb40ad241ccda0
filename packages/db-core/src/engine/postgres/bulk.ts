import { escapeIdentifier } from 'pg';
import { QueryError } from '../../errors/index.ts';
import type { BulkColumn, BulkInsert, Plan } from '../contract.ts';
import { arrayElement, postgresTypes } from './codecs.ts';
import type { Session } from './session.ts';
import { takeFirstStatistics } from './statistics.ts';

/** A statement takes this many rows, or fewer when they are large: a message to the server has to be built in memory. */
const CHUNK_ROWS = 2000;
const CHUNK_CHARACTERS = 4_000_000;
/** Fewer rows are no trouble, whatever the plan. */
const MANY = 1000;

/** `on conflict do update` can't touch a row twice in one statement; single statements can, one after the other. */
const CARDINALITY_VIOLATION = '21000';

const plans = new WeakMap<BulkInsert, Plan>();

/** Writes rows by sending whole columns as arrays: one statement and one answer for thousands of rows. */
export async function executeBulk(
  session: Session,
  plan: Plan,
  bulk: BulkInsert,
  rows: readonly (readonly unknown[])[],
): Promise<number> {
  const bulkPlan = plans.get(bulk) ?? compile(plan, bulk);
  plans.set(bulk, bulkPlan);
  const isUpdating = /\bdo\s+update\b/i.test(bulk.suffix);
  let changes = 0;
  let start = 0;
  while (start < rows.length) {
    if (rows.length - start >= MANY) await takeFirstStatistics(session, bulk.table);
    const { values, end } = takeChunk(bulk.columns, rows, start);
    if (isUpdating) changes += await orEach(session, bulkPlan, values, plan, rows.slice(start, end));
    else changes += (await session.execute(bulkPlan, values)).changes;
    start = end;
  }
  return changes;
}

async function orEach(
  session: Session,
  bulkPlan: Plan,
  values: readonly unknown[],
  plan: Plan,
  rows: readonly (readonly unknown[])[],
): Promise<number> {
  await session.text('savepoint keelson_bulk');
  try {
    const { changes } = await session.execute(bulkPlan, values);
    await session.text('release savepoint keelson_bulk');
    return changes;
  } catch (error) {
    if (!(error instanceof QueryError) || error.details['sqlState'] !== CARDINALITY_VIOLATION) throw error;
    await session.text('rollback to savepoint keelson_bulk; release savepoint keelson_bulk');
    return session.executeEach(plan, rows);
  }
}

/** `insert into "t" ("a", "b") select u1, $2::text from unnest($1::uuid[]) as u(u1) on conflict …` */
function compile(plan: Plan, bulk: BulkInsert): Plan {
  const names = bulk.columns.map(({ name }) => escapeIdentifier(name)).join(', ');
  const selected: string[] = [];
  const arrays: string[] = [];
  const aliases: string[] = [];
  for (const [index, { codec, value }] of bulk.columns.entries()) {
    const type = postgresTypes[codec];
    if ('constant' in value) {
      selected.push(`$${index + 1}::${type}`);
      continue;
    }
    selected.push(`u${index + 1}`);
    aliases.push(`u${index + 1}`);
    arrays.push(`$${index + 1}::${type}[]`);
  }
  // Without a single array there is nothing that counts the rows.
  if (arrays.length === 0) {
    arrays.push(`$${bulk.columns.length + 1}::boolean[]`);
    aliases.push('u0');
  }
  const sql = `insert into ${escapeIdentifier(bulk.table)} (${names}) select ${selected.join(', ')} from unnest(${arrays.join(', ')}) as u(${aliases.join(', ')}) ${bulk.suffix}`;
  return { name: `${plan.name} (bulk)`, sql: sql.trimEnd(), writes: true, returnsRows: false, decode: new Map() };
}

/** One value for each column: a constant, or an array literal with the column's part of the chunk. */
function takeChunk(
  columns: readonly BulkColumn[],
  rows: readonly (readonly unknown[])[],
  start: number,
): { values: unknown[]; end: number } {
  const parts = columns.map((): string[] => []);
  const limit = Math.min(rows.length, start + CHUNK_ROWS);
  let characters = 0;
  let end = start;
  while (end < limit && characters < CHUNK_CHARACTERS) {
    const row = rows[end] ?? [];
    for (const [index, { value }] of columns.entries()) {
      if ('constant' in value) continue;
      const element = arrayElement(row[value.parameter]);
      characters += element.length;
      parts[index]?.push(element);
    }
    end += 1;
  }
  const values: unknown[] = columns.map(({ value }, index) =>
    'constant' in value ? value.constant : `{${parts[index]?.join(',')}}`,
  );
  if (columns.every(({ value }) => 'constant' in value)) values.push(`{${'t,'.repeat(end - start).slice(0, -1)}}`);
  return { values, end };
}
