import fc from 'fast-check';
import type { AnyBuilder } from './fixture.ts';
import { idOf, ROWS } from './rows.ts';

const TABLES = ['conversations', 'conversation_messages'] as const;
const JOINS = ['innerJoin', 'leftJoin', 'rightJoin', 'fullJoin'] as const;
const SET_OPERATIONS = ['union', 'unionAll', 'intersect', 'except'] as const;

type Condition =
  | { readonly kind: 'true' }
  | { readonly kind: 'other owner' }
  | { readonly kind: 'id'; readonly number: number }
  | { readonly kind: 'or' | 'and'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'exists' | 'in'; readonly query: SelectSpec };

type Table = (typeof TABLES)[number];

export interface SelectSpec {
  readonly from: Table | SelectSpec;
  readonly joins: readonly {
    readonly type: (typeof JOINS)[number];
    readonly with: Table | SelectSpec;
    readonly loose: boolean;
  }[];
  readonly where: readonly Condition[];
  readonly combined: readonly { readonly by: (typeof SET_OPERATIONS)[number]; readonly query: SelectSpec }[];
  readonly cte: boolean;
}

const { select } = fc.letrec<{ select: SelectSpec; source: SelectSpec['from']; condition: Condition }>((tie) => ({
  source: fc.oneof({ maxDepth: 3, depthIdentifier: 'query' }, fc.constantFrom(...TABLES), tie('select')),
  condition: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'query' },
    fc.constant<Condition>({ kind: 'true' }),
    fc.constant<Condition>({ kind: 'other owner' }),
    fc.record({ kind: fc.constant('id' as const), number: fc.nat(ROWS) }),
    fc.record({
      kind: fc.constantFrom('or' as const, 'and' as const),
      parts: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('condition') }),
    fc.record({ kind: fc.constantFrom('exists' as const, 'in' as const), query: tie('select') }),
  ),
  select: fc.record({
    from: tie('source'),
    joins: fc.array(fc.record({ type: fc.constantFrom(...JOINS), with: tie('source'), loose: fc.boolean() }), {
      maxLength: 2,
    }),
    where: fc.array(tie('condition'), { maxLength: 2 }),
    combined: fc.array(fc.record({ by: fc.constantFrom(...SET_OPERATIONS), query: tie('select') }), { maxLength: 1 }),
    cte: fc.boolean(),
  }),
}));

/** Selects of every shape that the builder has: joins, subqueries, CTEs, set operations, conditions that let everything in. */
export const selectSpec: fc.Arbitrary<SelectSpec> = select;

type LooseSelect = Record<string, (...args: unknown[]) => LooseSelect>;

/** Builds what is described. Each query gives `id` and `owner`. */
export function buildSelect(db: AnyBuilder, spec: SelectSpec): unknown {
  const names = { next: 0 };
  return build(db as unknown as LooseSelect, spec, names);
}

function build(db: LooseSelect, spec: SelectSpec, names: { next: number }): LooseSelect {
  const alias = `t${names.next++}`;
  const inner = typeof spec.from === 'string' ? undefined : spec.from;
  const cteName = `cte${names.next++}`;
  const creator = spec.cte && inner !== undefined ? call(db, 'with', cteName, () => build(db, inner, names)) : db;
  const from = spec.cte && inner !== undefined ? `${cteName} as ${alias}` : sourceOf(db, spec.from, alias, names);
  let query = call(creator, 'selectFrom', from);
  const owner = typeof spec.from === 'string' ? 'user_id' : 'owner';
  for (const join of spec.joins) {
    const joined = `t${names.next++}`;
    const source = sourceOf(db, join.with, joined, names);
    // PostgreSQL joins fully only on equality.
    query =
      join.loose && join.type !== 'fullJoin'
        ? call(query, join.type, source, (on: LooseSelect) => call(on, 'onRef', `${joined}.id`, '>=', `${alias}.id`))
        : call(query, join.type, source, `${joined}.id`, `${alias}.id`);
  }
  query = call(query, 'select', [`${alias}.id as id`, `${alias}.${owner} as owner`]);
  for (const condition of spec.where)
    query = call(query, 'where', (eb: LooseSelect) => conditionOf(db, eb, condition, alias, owner, names));
  // No engine takes WITH in an arm of a set operation.
  for (const { by, query: other } of spec.combined) query = call(query, by, build(db, { ...other, cte: false }, names));
  return query;
}

function call(target: LooseSelect, method: string, ...args: unknown[]): LooseSelect {
  const found = target[method];
  if (found === undefined) throw new Error(`The builder has no ${method}.`);
  return found.apply(target, args);
}

function sourceOf(db: LooseSelect, source: SelectSpec['from'], alias: string, names: { next: number }): unknown {
  return typeof source === 'string' ? `${source} as ${alias}` : call(build(db, source, names), 'as', alias);
}

function conditionOf(
  db: LooseSelect,
  eb: LooseSelect,
  condition: Condition,
  alias: string,
  owner: string,
  names: { next: number },
): unknown {
  const compare = eb as unknown as (left: string, operator: string, right: unknown) => unknown;
  const again = (part: Condition): unknown => conditionOf(db, eb, part, alias, owner, names);
  switch (condition.kind) {
    case 'true':
      return call(eb, 'lit', true);
    case 'other owner':
      return compare(`${alias}.${owner}`, '=', 'eve');
    case 'id':
      return compare(`${alias}.id`, '=', idOf('conversations', condition.number));
    case 'or':
    case 'and':
      return call(eb, condition.kind, condition.parts.map(again));
    case 'not':
      return call(eb, 'not', again(condition.part));
    case 'exists':
      return call(eb, 'exists', build(db, condition.query, names));
    case 'in':
      return compare(`${alias}.id`, 'in', inSubquery(db, condition.query, names));
  }
}

function inSubquery(db: LooseSelect, spec: SelectSpec, names: { next: number }): LooseSelect {
  const alias = `t${names.next++}`;
  return call(call(db, 'selectFrom', call(build(db, spec, names), 'as', alias)), 'select', `${alias}.id`);
}
