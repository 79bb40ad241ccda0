import type { EngineKind } from '../../engine/contract.ts';

/** How an engine would find a statement's rows. */
export interface StatementPlan {
  readonly sql: string;
  /** The whole plan, as the engine writes it. */
  readonly text: string;
  /** Tables that would be read from end to end. */
  readonly scans: readonly string[];
  /** Indexes that would be used. */
  readonly indexes: readonly string[];
  /** Is there a sort that an index could have given? */
  readonly sorts: boolean;
}

/** What asks an engine for its plan of a statement, without running it; `values` is how many stand for parameters. */
export function explain(engine: EngineKind, sql: string): { readonly sql: string; readonly values: number } {
  // What the planner decides without knowing the values is what a prepared statement ends with.
  if (engine === 'postgres') return { sql: `EXPLAIN (GENERIC_PLAN) ${sql}`, values: 0 };
  let values = 0;
  const numbered = sql.replaceAll('?', () => `$${++values}`);
  return { sql: `EXPLAIN QUERY PLAN ${numbered}`, values };
}

/** Reads what it answered. */
export function readPlan(
  engine: EngineKind,
  sql: string,
  rows: readonly Readonly<Record<string, unknown>>[],
): StatementPlan {
  return engine === 'sqlite'
    ? sqlitePlan(
        sql,
        rows.map(({ detail }) => String(detail)),
      )
    : postgresPlan(
        sql,
        rows.map((row) => String(row['QUERY PLAN'])),
      );
}

function sqlitePlan(sql: string, lines: readonly string[]): StatementPlan {
  // What a subquery gave is read from end to end; how the subquery got it has a line of its own.
  const subqueries = lines.flatMap((line) => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)$/.exec(line)?.[1] ?? []);
  const scans = lines
    .filter((line) => !subqueries.some((name) => line === `SCAN ${name}`))
    .filter((line) => /^SCAN (?!json_each|\d+ CONSTANT|\(subquery)/.test(line) && !line.includes('VIRTUAL TABLE'))
    .map((line) => line.slice('SCAN '.length));
  const indexes = lines.flatMap((line) => / USING (?:COVERING )?INDEX (\S+)/.exec(line)?.[1] ?? []);
  return {
    sql,
    text: lines.join('\n'),
    scans,
    indexes,
    sorts: lines.some((line) => line.includes('TEMP B-TREE FOR ORDER BY')),
  };
}

function postgresPlan(sql: string, lines: readonly string[]): StatementPlan {
  // A sort without ORDER BY is its way of grouping.
  const scans = lines.flatMap((line) => /Seq Scan on (\S+)/.exec(line)?.[1] ?? []);
  const indexes = lines.flatMap(
    (line) =>
      /(?:Index (?:Only )?Scan(?: Backward)? using|Bitmap Index Scan on|Conflict Arbiter Indexes:) (\S+)/.exec(
        line,
      )?.[1] ?? [],
  );
  return {
    sql,
    text: lines.join('\n'),
    scans,
    indexes,
    sorts: sql.includes(' order by ') && lines.some((line) => /(?:^|->)\s*(?:Incremental )?Sort\b/.test(line)),
  };
}
