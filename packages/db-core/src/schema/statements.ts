import type { Codec, Engine, Outcome, Plan, Runner } from '../engine/contract.ts';

const NO_DECODING: ReadonlyMap<string, Codec> = new Map();

/** SQL of the migration runner's own, with `$1`, `$2`… on both engines. */
export interface Statement {
  readonly sql: string;
  readonly values?: readonly unknown[];
  readonly writes?: boolean;
  readonly returnsRows?: boolean;
}

/** Runs SQL that was written by hand, in a migration or here. What a user's handle runs never comes this way. */
export async function runStatement(engine: Engine, runner: Runner, statement: Statement): Promise<Outcome> {
  const { sql, values = [], writes = false, returnsRows = !writes } = statement;
  const encode = engine.encoder(undefined);
  const encoded = values.map(encode);
  if (engine.kind === 'postgres') return await runner.execute(plan(sql, writes, returnsRows), encoded);
  // SQLite's driver binds plain question marks, each with a value of its own.
  const order: number[] = [];
  const positional = outsideQuotes(sql, (text) =>
    text.replaceAll(/\$(\d+)/g, (_, index: string) => {
      order.push(Number(index) - 1);
      return '?';
    }),
  );
  return await runner.execute(
    plan(positional, writes, returnsRows),
    order.map((index) => encoded[index]),
  );
}

function plan(sql: string, writes: boolean, returnsRows: boolean): Plan {
  // Not to be prepared by name: the next statement may change the table under it.
  return { name: 'dynamic', sql, writes, returnsRows, decode: NO_DECODING };
}

const QUOTED = /('(?:[^']|'')*'|"(?:[^"]|"")*")/;

/** Changes SQL, but not the strings and quoted names in it. */
export function outsideQuotes(sql: string, change: (text: string) => string): string {
  return sql
    .split(QUOTED)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}
