import {
  type AggregateFunctionNode,
  type AliasNode,
  type AndNode,
  type BinaryOperationNode,
  type CaseNode,
  type CastNode,
  type FunctionNode,
  type GroupByItemNode,
  type HavingNode,
  type JSONReferenceNode,
  type LimitNode,
  type OffsetNode,
  type OperationNode,
  type OrderByItemNode,
  type ParensNode,
  type PrimitiveValueListNode,
  RawNode,
  type ReferenceNode,
  type SelectQueryNode,
  type TupleNode,
  type UnaryOperationNode,
  type ValueNode,
  ValueListNode,
  type WhenNode,
  type WhereNode,
} from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { Slot } from '../values.ts';
import { allowRaw, deny } from './allowed.ts';
import { fragmentOf } from './fragments.ts';
import { rewriteAggregate, rewriteCast, rewriteCount, rewriteFunction } from './functions.ts';
import { type Guard, tableName } from './guard.ts';
import { isNode, makeNode, optional, slotNode } from './nodes.ts';
import { isBound, rewriteBinary, rewriteOperator } from './operators.ts';
import {
  allowArithmetic,
  allowComparison,
  allowCondition,
  allowJsonKey,
  allowSorting,
  typedSlot,
  typeOfValue,
} from './portable.ts';
import type { Scope } from './scope.ts';
import { commonType, typeOf } from './types.ts';

/** Kinds without a rule of their own: safe when all their parts are. */
const PLAIN_KINDS = new Set<OperationNode['kind']>([
  'ColumnNode',
  'GroupByNode',
  'IdentifierNode',
  'OnNode',
  'OrderByNode',
  'OverNode',
  'PartitionByItemNode',
  'PartitionByNode',
  'ValueListNode',
]);

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
      return guard.subquery(node as SelectQueryNode, scope);
    case 'BinaryOperationNode':
      return rewriteBinary(guard, node as BinaryOperationNode, scope);
    case 'UnaryOperationNode': {
      const operator = rewriteOperator((node as UnaryOperationNode).operator);
      const { operand } = node as UnaryOperationNode;
      if (operator.operator === 'not') allowCondition(typeOf(operand, scope));
      if (operator.operator === '-') allowArithmetic('-', typeOf(operand, scope), undefined);
      return { kind: node.kind, operator, operand: again(operand, hint) } as UnaryOperationNode;
    }
    case 'AndNode':
    case 'OrNode': {
      const { left, right } = node as AndNode;
      const [leftPart, rightPart] = [left, right].map((part) => rewriteCondition(guard, part, scope));
      return { kind: node.kind, left: leftPart, right: rightPart } as AndNode;
    }
    case 'HavingNode':
      return { kind: node.kind, having: rewriteCondition(guard, (node as HavingNode).having, scope) } as HavingNode;
    case 'WhereNode':
      return { kind: node.kind, where: rewriteCondition(guard, (node as WhereNode).where, scope) } as WhereNode;
    case 'LimitNode':
      return { kind: node.kind, limit: rewriteCount((node as LimitNode).limit, 'a limit') } as LimitNode;
    case 'OffsetNode':
      return { kind: node.kind, offset: rewriteCount((node as OffsetNode).offset, 'an offset') } as OffsetNode;
    case 'GroupByItemNode': {
      const { groupBy } = node as GroupByItemNode;
      allowSorting(typeOf(groupBy, scope), 'grouped');
      return { kind: node.kind, groupBy: again(groupBy) } as GroupByItemNode;
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
    case 'CastNode':
      return rewriteCast(guard, node as CastNode, scope);
    case 'FunctionNode':
      return rewriteFunction(guard, node as FunctionNode, scope, hint);
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

function rewriteCase(guard: Guard, node: CaseNode, scope: Scope, hint: Codec | undefined): OperationNode {
  if (node.isStatement === true) deny('CASE as a statement is no query');
  const { value } = node;
  const valueType = optional(value, (part) => typeOf(part, scope));
  const results = [...(node.when ?? []).map(({ result }) => result), node.else].filter(
    (result) => result !== undefined,
  );
  const type = commonType(results, scope) ?? hint;
  for (const result of results) allowComparisonOfResults(type, typeOf(result, scope));
  const rewriteResult = (part: OperationNode): OperationNode =>
    isBound(part) ? standsAlone(part, type) : rewriteExpression(guard, part, scope, type);
  return makeNode<CaseNode>('CaseNode', {
    value: optional(value, (part) => rewriteExpression(guard, part, scope)),
    when: (node.when ?? []).map(({ condition: asked, result }) =>
      makeNode<WhenNode>('WhenNode', {
        condition:
          value === undefined
            ? rewriteCondition(guard, asked, scope)
            : rewriteExpression(guard, asked, scope, valueType),
        result: optional(result, rewriteResult),
      }),
    ),
    else: optional(node.else, rewriteResult),
  });
}

function allowComparisonOfResults(type: Codec | undefined, result: Codec | undefined): void {
  if (type !== 'json' && result !== 'json') allowComparison(type, result);
  else if (type !== result && type !== undefined && result !== undefined) deny('CASE gives JSON and something else');
}

/** A bound value where PostgreSQL would take it for text. */
export function standsAlone({ value }: ValueNode, type: Codec | undefined): OperationNode {
  if (value === null) return { kind: 'ValueNode', value: null, immediate: true } as ValueNode;
  return typedSlot(value, type ?? typeOfValue(value));
}

/** What is true, false or unknown. */
export function rewriteCondition(guard: Guard, node: OperationNode, scope: Scope): OperationNode {
  if (isBound(node)) return typedSlot(node.value, 'boolean');
  allowCondition(typeOf(node, scope));
  return rewriteExpression(guard, node, scope);
}

/** The engines put nulls at opposite ends; SQLite's way (nulls are smallest) is said aloud wherever a null can be. */
function rewriteOrderByItem(guard: Guard, node: OrderByItemNode, scope: Scope): OperationNode {
  if (node.collation !== undefined) deny('a collation does not exist on both engines');
  if (node.direction !== undefined) {
    const { sqlFragments, parameters } = node.direction as RawNode;
    if (node.direction.kind !== 'RawNode') deny('the direction of an order must be asc or desc');
    allowRaw(sqlFragments, parameters);
  }
  allowSorting(typeOf(node.orderBy, scope), 'sorted');
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
      values: values.map((value) => {
        allowJsonKey(value.immediate === true ? value.value : undefined);
        return rewriteValue(value, undefined);
      }),
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
