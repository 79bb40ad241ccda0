import { TenancyViolationError } from '../../errors/index.ts';

/**
 * Functions that mean the same on both engines and touch nothing but their arguments. Everything else is refused:
 * PostgreSQL alone has functions that run SQL given as text (`query_to_xml`), read files or sleep.
 */
const FUNCTIONS = new Set([
  'abs',
  'avg',
  'coalesce',
  'count',
  'dense_rank',
  'first_value',
  'lag',
  'last_value',
  'lead',
  'length',
  'lower',
  'max',
  'min',
  'nullif',
  'rank',
  'replace',
  'row_number',
  'substr',
  'sum',
  'trim',
  'upper',
]);

const OPERATORS = new Set([
  '=',
  '!=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'not in',
  'is',
  'is not',
  'is distinct from',
  'is not distinct from',
  'like',
  'not like',
  'between',
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '->',
  '->>',
  'exists',
  'not exists',
  'not',
]);

/** Kysely writes these as raw SQL underneath its typed methods. */
const RAW_FRAGMENTS = new Set(['asc', 'desc', 'true']);

const JOINS = new Set(['InnerJoin', 'LeftJoin', 'RightJoin', 'FullJoin', 'CrossJoin']);

export function allowFunction(name: string): void {
  if (!FUNCTIONS.has(name)) deny(`the function ${name}() is not on the list of portable functions`);
}

export function allowOperator(operator: string): void {
  if (!OPERATORS.has(operator)) deny(`the operator ${operator} is not on the list of portable operators`);
}

export function allowRaw(fragments: readonly string[], parameters: readonly unknown[]): void {
  const [only] = fragments;
  if (fragments.length !== 1 || parameters.length > 0 || only === undefined || !RAW_FRAGMENTS.has(only)) {
    deny("raw SQL can't be proved to stay inside one user's rows; use the builder, or register a fragment in db-core");
  }
}

export function allowJoin(type: string): void {
  if (!JOINS.has(type)) deny(`${type} does not exist on both engines`);
}

/** The guard's one way to say no. */
export function deny(reason: string): never {
  throw new TenancyViolationError(`The query is refused: ${reason}.`);
}
