import {
  type AggregateFunctionNode,
  type AliasNode,
  type BinaryOperationNode,
  type CaseNode,
  type CastNode,
  type DataTypeNode,
  type FunctionNode,
  type JSONReferenceNode,
  type OperationNode,
  type OperatorNode,
  type OrderByItemNode,
  type ParensNode,
  type PrimitiveValueListNode,
  RawNode,
  type ReferenceNode,
  type SelectionNode,
  type TupleNode,
  type UnaryOperationNode,
  type ValueNode,
  type WhenNode,
  ValueListNode,
} from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { Parameter, Slot } from '../values.ts';
import { allowCast, allowFunction, allowOperator, allowRaw, deny } from './allowed.ts';
import { fragmentOf } from './fragments.ts';
import { type Guard, tableName } from './guard.ts';
import { isNode, makeNode, optional, slotNode } from './nodes.ts';
import type { Scope } from './scope.ts';

/** Kinds without a rule of their own: safe when all their parts are. */
const PLAIN_KINDS = new Set<OperationNode['kind']>([
  'AndNode',
  'ColumnNode',
  'GroupByItemNode',
  'GroupByNode',
  'HavingNode',
  'IdentifierNode',
  'LimitNode',
  'OffsetNode',
  'OnNode',
  'OrNode',
  'OrderByNode',
  'OverNode',
  'PartitionByItemNode',
  'PartitionByNode',
  'ValueListNode',
  'WhereNode',
]);

/** Functions whose result has the type of their arguments. */
const SAME_TYPE_FUNCTIONS = new Set(['coalesce', 'nullif', 'max', 'min', 'lag', 'lead', 'first_value', 'last_value']);

/** Rewrites any part of a query below its clauses. `hint` says how values at this place are encoded. */
export function rewriteExpression(guard: Guard, node: OperationNode, scope: Scope, hint?: Codec): OperationNode {
  const again = (part: OperationNode, partHint?: Codec): OperationNode =>
    rewriteExpression(guard, part, scope, partHint);
  switch (node.kind) {
    case 'ValueNode':
      return rewriteValue(node as ValueNode, hint);
    case 'PrimitiveValueListNode':
      return ValueListNode.create((node as PrimitiveValueListNode).values.map((value) => valueSlot(value, hint)));
    case 'ReferenceNode':
      return rewriteReference(node as ReferenceNode);
    case 'SelectQueryNode':
      return guard.rewriteQuery(node, scope);
    case 'BinaryOperationNode':
      return rewriteBinary(guard, node as BinaryOperationNode, scope);
    case 'UnaryOperationNode': {
      const { operator, operand } = node as UnaryOperationNode;
      return {
        kind: node.kind,
        operator: rewriteOperator(operator),
        operand: again(operand, hint),
      } as UnaryOperationNode;
    }
    case 'ParensNode':
      return { kind: node.kind, node: again((node as ParensNode).node, hint) } as ParensNode;
    case 'TupleNode':
      return { kind: node.kind, values: (node as TupleNode).values.map((value) => again(value)) } as TupleNode;
    case 'AliasNode': {
      const { node: inner, alias } = node as AliasNode;
      if (alias.kind !== 'IdentifierNode') deny('an alias must be a plain name');
      return { kind: node.kind, node: again(inner), alias: again(alias) } as AliasNode;
    }
    case 'CaseNode':
      return rewriteCase(guard, node as CaseNode, scope, hint);
    case 'CastNode': {
      const { expression, dataType } = node as CastNode;
      const { dataType: type } = dataType as DataTypeNode;
      if (dataType.kind !== 'DataTypeNode') deny('a cast must name a type');
      allowCast(type);
      return {
        kind: node.kind,
        expression: again(expression),
        dataType: { kind: 'DataTypeNode', dataType: type },
      } as CastNode;
    }
    case 'FunctionNode': {
      const { func, arguments: args } = node as FunctionNode;
      allowFunction(func);
      const argumentHint = SAME_TYPE_FUNCTIONS.has(func) ? (hint ?? firstCodec(args, scope)) : undefined;
      return { kind: node.kind, func, arguments: args.map((arg) => again(arg, argumentHint)) } as FunctionNode;
    }
    case 'AggregateFunctionNode':
      return rewriteAggregate(guard, node as AggregateFunctionNode, scope);
    case 'OrderByItemNode':
      return rewriteOrderByItem(guard, node as OrderByItemNode, scope);
    case 'JSONReferenceNode':
      return rewriteJsonReference(node as JSONReferenceNode);
    case 'RawNode':
      return rewriteRaw(guard, node as RawNode, scope);
    default:
      if (!PLAIN_KINDS.has(node.kind)) deny(`a ${node.kind} has no rule`);
      return copyPlain(guard, node, scope);
  }
}

/** The codec of what an expression gives, where a column tells. */
function codecOf(node: OperationNode, scope: Scope): Codec | undefined {
  switch (node.kind) {
    case 'ReferenceNode': {
      const { column, table } = node as ReferenceNode;
      if (column.kind !== 'ColumnNode') return undefined;
      return scope.column(column.column.name, table?.table.identifier.name)?.codec;
    }
    case 'ParensNode':
      return codecOf((node as ParensNode).node, scope);
    case 'FunctionNode':
      return SAME_TYPE_FUNCTIONS.has((node as FunctionNode).func)
        ? firstCodec((node as FunctionNode).arguments, scope)
        : undefined;
    case 'AggregateFunctionNode':
      return SAME_TYPE_FUNCTIONS.has((node as AggregateFunctionNode).func)
        ? firstCodec((node as AggregateFunctionNode).aggregated, scope)
        : undefined;
    default:
      return undefined;
  }
}

function firstCodec(nodes: readonly OperationNode[], scope: Scope): Codec | undefined {
  for (const node of nodes) {
    const codec = codecOf(node, scope);
    if (codec !== undefined) return codec;
  }
  return undefined;
}

function copyPlain(guard: Guard, node: OperationNode, scope: Scope): OperationNode {
  const copyPart = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(copyPart);
    if (isNode(part)) return rewriteExpression(guard, part, scope);
    if (part === undefined || typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean')
      return part;
    return deny(`a ${node.kind} holds something that is no part of a query`);
  };
  return Object.fromEntries(
    Object.entries(node).map(([key, part]) => [key, copyPart(part)]),
  ) as unknown as OperationNode;
}

function rewriteValue({ value, immediate }: ValueNode, hint: Codec | undefined): OperationNode {
  if (immediate !== true) return valueSlot(value, hint);
  const literal = value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value);
  if (!literal) deny('a literal must be a number, a string, a boolean or null');
  return { kind: 'ValueNode', value, immediate: true } as ValueNode;
}

export function valueSlot(value: unknown, hint: Codec | undefined): OperationNode {
  if (value instanceof Slot || typeof value === 'symbol' || typeof value === 'function') deny("a value can't be bound");
  return slotNode(value, hint);
}

function rewriteReference({ column, table }: ReferenceNode): OperationNode {
  if (column.kind !== 'ColumnNode') deny('all columns are asked for where one is needed');
  const copy = { kind: 'ColumnNode', column: { kind: 'IdentifierNode', name: column.column.name } };
  if (table === undefined) return { kind: 'ReferenceNode', column: copy } as ReferenceNode;
  const identifier = { kind: 'IdentifierNode', name: tableName(table) };
  return {
    kind: 'ReferenceNode',
    column: copy,
    table: { kind: 'TableNode', table: { kind: 'SchemableIdentifierNode', identifier } },
  } as ReferenceNode;
}

function rewriteOperator(node: OperationNode): OperatorNode {
  const { operator } = node as OperatorNode;
  if (node.kind !== 'OperatorNode') deny('an operator must be a known one');
  allowOperator(operator);
  return { kind: 'OperatorNode', operator };
}

function rewriteBinary(guard: Guard, node: BinaryOperationNode, scope: Scope): OperationNode {
  const operator = rewriteOperator(node.operator);
  const { leftOperand: left, rightOperand: right } = node;
  const hint = codecOf(left, scope) ?? codecOf(right, scope);
  if (operator.operator === 'in' || operator.operator === 'not in') {
    const list = listSlot(right, hint);
    if (list !== undefined)
      return guard.memberOf(rewriteExpression(guard, left, scope, hint), list, operator.operator === 'not in');
  }
  if (left.kind === 'TupleNode' && right.kind === 'TupleNode') {
    const [leftTuple, rightTuple] = rewriteTuples(guard, left as TupleNode, right as TupleNode, scope);
    return { kind: node.kind, leftOperand: leftTuple, operator, rightOperand: rightTuple } as BinaryOperationNode;
  }
  const textual = operator.operator === 'like' || operator.operator === 'not like' || operator.operator === '||';
  return {
    kind: node.kind,
    leftOperand: rewriteOperand(guard, left, scope, textual ? 'text' : hint),
    operator,
    rightOperand: rewriteOperand(guard, right, scope, textual ? 'text' : hint),
  } as BinaryOperationNode;
}

/** BETWEEN keeps its two bounds in an AND. */
function rewriteOperand(guard: Guard, node: OperationNode, scope: Scope, hint: Codec | undefined): OperationNode {
  if (node.kind !== 'AndNode' && node.kind !== 'ValueListNode') return rewriteExpression(guard, node, scope, hint);
  if (node.kind === 'ValueListNode') {
    return ValueListNode.create(
      (node as ValueListNode).values.map((value) => rewriteExpression(guard, value, scope, hint)),
    );
  }
  const { left, right } = node as unknown as { left: OperationNode; right: OperationNode };
  return {
    kind: 'AndNode',
    left: rewriteOperand(guard, left, scope, hint),
    right: rewriteOperand(guard, right, scope, hint),
  } as OperationNode;
}

/** Longer lists than constants in a query's text tend to be. */
const LONG_LIST = 10;

/** A parameter that will be a list, or a long list, is bound as one value: the SQL doesn't depend on its length. */
function listSlot(node: OperationNode, hint: Codec | undefined): OperationNode | undefined {
  if (node.kind === 'PrimitiveValueListNode') {
    const { values } = node as PrimitiveValueListNode;
    return values.length > 0 && values.length <= LONG_LIST ? undefined : slotNode([...values], hint, true);
  }
  if (node.kind === 'ValueNode' && (node as ValueNode).value instanceof Parameter)
    return slotNode((node as ValueNode).value, hint, true);
  return undefined;
}

function rewriteTuples(guard: Guard, left: TupleNode, right: TupleNode, scope: Scope): [OperationNode, OperationNode] {
  const hints = left.values.map(
    (value, index) => codecOf(value, scope) ?? codecOf(right.values[index] ?? value, scope),
  );
  const rewrite = (tuple: TupleNode): OperationNode =>
    ({
      kind: 'TupleNode',
      values: tuple.values.map((value, index) => rewriteExpression(guard, value, scope, hints[index])),
    }) as TupleNode;
  return [rewrite(left), rewrite(right)];
}

function rewriteCase(guard: Guard, node: CaseNode, scope: Scope, hint: Codec | undefined): OperationNode {
  if (node.isStatement === true) deny('CASE as a statement is no query');
  const valueHint = optional(node.value, (value) => codecOf(value, scope));
  return makeNode<CaseNode>('CaseNode', {
    value: optional(node.value, (value) => rewriteExpression(guard, value, scope)),
    when: (node.when ?? []).map(({ condition, result }) =>
      makeNode<WhenNode>('WhenNode', {
        condition: rewriteExpression(guard, condition, scope, valueHint),
        result: optional(result, (part) => rewriteExpression(guard, part, scope, hint)),
      }),
    ),
    else: optional(node.else, (part) => rewriteExpression(guard, part, scope, hint)),
  });
}

function rewriteAggregate(guard: Guard, node: AggregateFunctionNode, scope: Scope): OperationNode {
  allowFunction(node.func);
  if (node.orderBy !== undefined || node.withinGroup !== undefined)
    deny('an order inside an aggregate does not exist on both engines');
  const hint = SAME_TYPE_FUNCTIONS.has(node.func) ? firstCodec(node.aggregated, scope) : undefined;
  const aggregated = node.aggregated.map((argument) =>
    node.func === 'count' && isEverything(argument)
      ? { kind: 'SelectAllNode' }
      : rewriteExpression(guard, argument, scope, hint),
  );
  return makeNode<AggregateFunctionNode>('AggregateFunctionNode', {
    func: node.func,
    aggregated,
    distinct: node.distinct,
    filter: optional(node.filter, (filter) => rewriteExpression(guard, filter, scope)),
    over: optional(node.over, (over) => rewriteExpression(guard, over, scope)),
  });
}

/** The star of `count(*)`. */
function isEverything(node: OperationNode): boolean {
  return (
    node.kind === 'SelectAllNode' ||
    (node.kind === 'SelectionNode' && (node as SelectionNode).selection.kind === 'SelectAllNode')
  );
}

/** The engines put nulls at opposite ends; SQLite's way (nulls are smallest) is said aloud wherever a null can be. */
function rewriteOrderByItem(guard: Guard, node: OrderByItemNode, scope: Scope): OperationNode {
  if (node.collation !== undefined) deny('a collation does not exist on both engines');
  if (node.direction !== undefined) {
    const { sqlFragments, parameters } = node.direction as RawNode;
    if (node.direction.kind !== 'RawNode') deny('the direction of an order must be asc or desc');
    allowRaw(sqlFragments, parameters);
  }
  const descending = (node.direction as RawNode | undefined)?.sqlFragments[0] === 'desc';
  const nulls = node.nulls ?? (canBeNull(node.orderBy, scope) ? (descending ? 'last' : 'first') : undefined);
  return makeNode<OrderByItemNode>('OrderByItemNode', {
    orderBy: rewriteExpression(guard, node.orderBy, scope),
    direction: RawNode.createWithSql(descending ? 'desc' : 'asc'),
    nulls,
  });
}

function canBeNull(node: OperationNode, scope: Scope): boolean {
  if (node.kind !== 'ReferenceNode') return true;
  const { column, table } = node as ReferenceNode;
  if (column.kind !== 'ColumnNode') return true;
  return scope.column(column.column.name, table?.table.identifier.name)?.nullable ?? true;
}

/** `column -> 'key' ->> 'key'`: the one way into JSON that both engines read the same. */
function rewriteJsonReference({ reference, traversal }: JSONReferenceNode): OperationNode {
  if (traversal.kind !== 'JSONOperatorChainNode')
    deny('a JSON path does not exist on both engines; use ->, ->> and keys');
  const { operator, values } = traversal;
  return makeNode<JSONReferenceNode>('JSONReferenceNode', {
    reference: rewriteReference(reference),
    traversal: makeNode<typeof traversal>('JSONOperatorChainNode', {
      operator: rewriteOperator(operator),
      values: values.map((value) => rewriteValue(value, undefined)),
    }),
  });
}

function rewriteRaw(guard: Guard, node: RawNode, scope: Scope): OperationNode {
  if (fragmentOf(node) === undefined) {
    allowRaw(node.sqlFragments, node.parameters);
    return RawNode.createWithSql(node.sqlFragments[0] ?? '');
  }
  return {
    kind: 'RawNode',
    sqlFragments: [...node.sqlFragments],
    parameters: node.parameters.map((part) => rewriteExpression(guard, part, scope)),
  } as RawNode;
}
