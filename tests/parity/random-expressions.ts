import fc from 'fast-check';
import type { Loose } from './both.ts';

/** An expression of a known type, as a description from which it can be built for any query. */
export type Spec =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'value'; readonly value: unknown; readonly literal: boolean }
  | { readonly kind: 'operator'; readonly operator: string; readonly left: Spec; readonly right: Spec }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly Spec[] }
  | { readonly kind: 'case'; readonly when: Spec; readonly result: Spec; readonly otherwise: Spec }
  | { readonly kind: 'logic'; readonly by: 'and' | 'or'; readonly parts: readonly Spec[] }
  | { readonly kind: 'not'; readonly part: Spec }
  | { readonly kind: 'null'; readonly part: Spec; readonly is: boolean }
  | { readonly kind: 'in'; readonly part: Spec; readonly values: readonly unknown[]; readonly negated: boolean }
  | { readonly kind: 'between'; readonly part: Spec; readonly low: unknown; readonly high: unknown }
  | { readonly kind: 'subquery'; readonly aggregate: string; readonly column: string };

const column = (...names: string[]) => fc.constantFrom(...names).map((name): Spec => ({ kind: 'column', name }));
const value = (values: fc.Arbitrary<unknown>) =>
  values.map((each): Spec => ({ kind: 'value', value: each, literal: false }));
const small = fc.integer({ min: -20, max: 20 });
const words = fc.constantFrom('', 'a', 'B', 'ä', 'ab', 'b a', '%', '_', '東');

function operator(
  operators: readonly string[],
  left: fc.Arbitrary<Spec>,
  right: fc.Arbitrary<Spec>,
): fc.Arbitrary<Spec> {
  return fc.record({ kind: fc.constant('operator' as const), operator: fc.constantFrom(...operators), left, right });
}

function call(names: readonly string[], ...args: fc.Arbitrary<Spec>[]): fc.Arbitrary<Spec> {
  return fc.record({
    kind: fc.constant('function' as const),
    name: fc.constantFrom(...names),
    args: fc.tuple(...args),
  });
}

function choose(when: fc.Arbitrary<Spec>, result: fc.Arbitrary<Spec>): fc.Arbitrary<Spec> {
  return fc.record({ kind: fc.constant('case' as const), when, result, otherwise: result });
}

const COMPARISONS = ['=', '!=', '<', '<=', '>', '>=', 'is distinct from', 'is not distinct from'];

/** Kept small, so that no intermediate number is beyond what its type holds. */
const depth = { maxDepth: 3, depthIdentifier: 'expression' };

export const expressions = fc.letrec<{ whole: Spec; real: Spec; text: Spec; time: Spec; truth: Spec }>((tie) => ({
  whole: fc.oneof(
    depth,
    column('n', 'big'),
    operator(['+', '-', '*', '/', '%'], tie('whole'), fc.oneof(depth, value(small), tie('whole'))),
    call(['abs'], tie('whole')),
    call(['length'], tie('text')),
    call(['coalesce', 'nullif'], tie('whole'), fc.oneof(depth, value(small), tie('whole'))),
    choose(tie('truth'), tie('whole')),
    fc.record({
      kind: fc.constant('subquery' as const),
      aggregate: fc.constantFrom('max', 'min', 'count', 'sum'),
      column: fc.constantFrom('n', 'big'),
    }),
  ),
  real: fc.oneof(
    depth,
    column('r'),
    operator(['+', '-'], tie('real'), fc.oneof(depth, value(small), tie('whole'), tie('real'))),
    operator(['/', '*'], tie('real'), value(fc.constantFrom(2, 4, 0.5, 0))),
    call(['coalesce'], tie('real'), tie('real')),
    choose(tie('truth'), tie('real')),
  ),
  text: fc.oneof(
    depth,
    column('t'),
    operator(['||'], tie('text'), fc.oneof(depth, value(words), tie('text'))),
    call(['lower', 'upper', 'trim'], tie('text')),
    call(['replace'], tie('text'), value(words), value(words)),
    call(['substr'], tie('text'), value(fc.nat(3)), value(fc.nat(3))),
    call(['coalesce', 'nullif'], tie('text'), fc.oneof(depth, value(words), tie('text'))),
    choose(tie('truth'), tie('text')),
    fc.record({
      kind: fc.constant('subquery' as const),
      aggregate: fc.constantFrom('max', 'min'),
      column: fc.constant('t'),
    }),
  ),
  time: fc.oneof(
    depth,
    column('at'),
    call(['coalesce', 'nullif'], tie('time'), value(small.map((number) => new Date(number)))),
    choose(tie('truth'), tie('time')),
    fc.record({
      kind: fc.constant('subquery' as const),
      aggregate: fc.constantFrom('max', 'min'),
      column: fc.constant('at'),
    }),
  ),
  truth: fc.oneof(
    depth,
    column('b'),
    operator(COMPARISONS, tie('whole'), fc.oneof(depth, value(small), tie('whole'), tie('real'))),
    operator([...COMPARISONS, 'like', 'not like'], tie('text'), fc.oneof(depth, value(words), tie('text'))),
    operator(COMPARISONS, tie('time'), fc.oneof(depth, value(small.map((number) => new Date(number))), tie('time'))),
    operator(COMPARISONS, tie('truth'), tie('truth')),
    fc.record({
      kind: fc.constant('logic' as const),
      by: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('truth'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('truth') }),
    fc.record({
      kind: fc.constant('null' as const),
      part: fc.oneof(depth, tie('whole'), tie('text')),
      is: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('in' as const),
      part: tie('whole'),
      values: fc.array(fc.option(small), { maxLength: 14 }),
      negated: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('in' as const),
      part: tie('text'),
      values: fc.array(fc.option(words), { maxLength: 14 }),
      negated: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('between' as const), part: tie('whole'), low: small, high: small }),
    choose(tie('truth'), tie('truth')),
  ),
}));

export function build(eb: Loose, spec: Spec): Loose {
  const again = (part: Spec): Loose => build(eb, part);
  switch (spec.kind) {
    case 'column':
      return eb.ref(spec.name);
    case 'value':
      return eb.val(spec.value);
    case 'operator':
      return eb.parens(eb(again(spec.left), spec.operator, again(spec.right)));
    case 'function':
      return eb.fn(spec.name, spec.args.map(again));
    case 'case':
      return eb.case().when(again(spec.when)).then(again(spec.result)).else(again(spec.otherwise)).end();
    case 'logic':
      return eb.parens(eb[spec.by](spec.parts.map(again)));
    case 'not':
      return eb.parens(eb.not(again(spec.part)));
    case 'null':
      return eb.parens(eb(again(spec.part), spec.is ? 'is' : 'is not', null));
    case 'in':
      return eb.parens(eb(again(spec.part), spec.negated ? 'not in' : 'in', spec.values));
    case 'between':
      return eb.parens(eb.between(again(spec.part), spec.low, spec.high));
    case 'subquery':
      return eb.parens(eb.selectFrom('items as i').select(eb.fn.agg(spec.aggregate, [`i.${spec.column}`]).as('x')));
  }
}
