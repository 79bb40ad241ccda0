import {
  type AndNode,
  type BinaryOperationNode,
  type FunctionNode,
  type OperationNode,
  type OperatorNode,
  type PrimitiveValueListNode,
  type TupleNode,
  type ValueNode,
  ValueListNode,
} from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { Parameter } from '../values.ts';
import { allowOperator, deny } from './allowed.ts';
import { rewriteExpression } from './expressions.ts';
import type { Guard } from './guard.ts';
import { slotNode } from './nodes.ts';
import {
  allowArithmetic,
  allowComparison,
  allowConcatenation,
  allowIs,
  allowText,
  typedSlot,
  typeOfValue,
} from './portable.ts';
import type { Scope } from './scope.ts';
import { isArithmetic, typeOf } from './types.ts';

export function rewriteOperator(node: OperationNode): OperatorNode {
  const { operator } = node as OperatorNode;
  if (node.kind !== 'OperatorNode') deny('an operator must be a known one');
  allowOperator(operator);
  return { kind: 'OperatorNode', operator };
}

/** A value that will be bound, as against one that stands in the query's text. */
export function isBound(node: OperationNode): node is ValueNode {
  return node.kind === 'ValueNode' && (node as ValueNode).immediate !== true;
}

export function rewriteBinary(guard: Guard, node: BinaryOperationNode, scope: Scope): OperationNode {
  const operatorNode = rewriteOperator(node.operator);
  const { operator } = operatorNode;
  const { leftOperand: left, rightOperand: right } = node;
  const make = (leftOperand: OperationNode, rightOperand: OperationNode): BinaryOperationNode => ({
    kind: 'BinaryOperationNode',
    leftOperand,
    operator: operatorNode,
    rightOperand,
  });
  const again = (part: OperationNode, hint?: Codec): OperationNode => rewriteExpression(guard, part, scope, hint);

  if (isArithmetic(operator)) return rewriteArithmetic(guard, node, scope, make);
  switch (operator) {
    case 'is':
    case 'is not':
      allowIs(typeOf(left, scope), right);
      return make(again(left), again(right));
    case '||':
      for (const part of [left, right]) allowConcatenation(typeOf(part, scope));
      return make(again(left, 'text'), again(right, 'text'));
    case 'like':
    case 'not like':
      for (const part of [left, right]) allowText(operator, typeOf(part, scope));
      return make(
        again(left, 'text'),
        isBound(right) ? slotNode(right.value, 'text', { rule: 'pattern' }) : again(right, 'text'),
      );
    case '->':
    case '->>':
      return deny('JSON is read with eb.ref(column, operator).key(name)');
    default:
      return rewriteComparison(guard, node, scope, make);
  }
}

type Make = (left: OperationNode, right: OperationNode) => BinaryOperationNode;

/** Whole numbers stay whole, and nothing is divided by zero: SQLite gives null then, PostgreSQL an error. */
function rewriteArithmetic(
  guard: Guard,
  { leftOperand: left, operator: operatorNode, rightOperand: right }: BinaryOperationNode,
  scope: Scope,
  make: Make,
): OperationNode {
  const { operator } = operatorNode as OperatorNode;
  const types = [typeOf(left, scope), typeOf(right, scope)] as const;
  allowArithmetic(operator, ...types);
  const operand = (part: OperationNode, other: Codec | undefined): OperationNode =>
    isBound(part) && part.value !== null
      ? typedSlot(part.value, other ?? typeOfValue(part.value))
      : rewriteExpression(guard, part, scope, other);
  const divides = operator === '/' || operator === '%';
  const rewritten = operand(right, types[0]);
  return make(operand(left, types[1]), divides && !isNonZero(rewritten) ? nullIfZero(rewritten) : rewritten);
}

function isNonZero(node: OperationNode): boolean {
  return node.kind === 'ValueNode' && typeof (node as ValueNode).value === 'number' && (node as ValueNode).value !== 0;
}

function nullIfZero(node: OperationNode): FunctionNode {
  const zero = { kind: 'ValueNode', value: 0, immediate: true } as ValueNode;
  return { kind: 'FunctionNode', func: 'nullif', arguments: [node, zero] };
}

function rewriteComparison(
  guard: Guard,
  { leftOperand: left, operator: operatorNode, rightOperand: right }: BinaryOperationNode,
  scope: Scope,
  make: Make,
): OperationNode {
  const { operator } = operatorNode as OperatorNode;
  if (left.kind === 'TupleNode' && right.kind === 'TupleNode') {
    return make(...rewriteTuples(guard, left as TupleNode, right as TupleNode, scope));
  }
  const type = typeOf(left, scope);
  const rights =
    operator === 'between'
      ? boundsOf(right)
      : right.kind === 'ValueListNode'
        ? (right as ValueListNode).values
        : [right];
  const hint = type ?? rights.map((part) => typeOf(part, scope)).find((codec) => codec !== undefined);
  for (const part of rights) allowComparison(type, typeOf(part, scope));
  if (hint === undefined && isBound(left) && rights.every(isBound)) {
    const [only] = rights;
    if (rights.length !== 1 || only === undefined) return deny('a list is compared with nothing that has a type');
    return make(
      ...([left, only].map((part) => typedSlot(part.value, typeOfValue(part.value))) as [OperationNode, OperationNode]),
    );
  }
  const again = (part: OperationNode): OperationNode => rewriteExpression(guard, part, scope, hint);
  if (operator === 'in' || operator === 'not in') {
    const list = listSlot(right, hint);
    if (list !== undefined) return guard.memberOf(again(left), list, operator === 'not in');
  }
  if (operator === 'between') {
    const [low, high] = rights;
    if (low === undefined || high === undefined) return deny('between needs two bounds');
    return make(again(left), { kind: 'AndNode', left: again(low), right: again(high) } as AndNode);
  }
  if (right.kind === 'ValueListNode') return make(again(left), ValueListNode.create(rights.map(again)));
  return make(again(left), again(right));
}

/** BETWEEN keeps its two bounds in an AND. */
function boundsOf(node: OperationNode): readonly OperationNode[] {
  if (node.kind !== 'AndNode') return deny('between needs two bounds');
  const { left, right } = node as AndNode;
  return [left, right];
}

/** Longer lists than constants in a query's text tend to be. */
const LONG_LIST = 10;

/** A parameter that will be a list, or a long list, is bound as one value: the SQL doesn't depend on its length. */
function listSlot(node: OperationNode, hint: Codec | undefined): OperationNode | undefined {
  let value: unknown;
  if (node.kind === 'PrimitiveValueListNode') {
    const { values } = node as PrimitiveValueListNode;
    if (values.length > 0 && values.length <= LONG_LIST) return undefined;
    value = [...values];
  } else if (node.kind === 'ValueNode' && (node as ValueNode).value instanceof Parameter) {
    ({ value } = node as ValueNode);
  } else {
    return undefined;
  }
  if (hint === 'blob') deny('a long list of bytes can not be bound; compare with each');
  return slotNode(value, hint, { list: true });
}

function rewriteTuples(guard: Guard, left: TupleNode, right: TupleNode, scope: Scope): [OperationNode, OperationNode] {
  const hints = left.values.map((value, index) => {
    const other = right.values[index];
    const types = [typeOf(value, scope), other === undefined ? undefined : typeOf(other, scope)] as const;
    allowComparison(...types);
    return types[0] ?? types[1];
  });
  const rewrite = (tuple: TupleNode): OperationNode =>
    ({
      kind: 'TupleNode',
      values: tuple.values.map((value, index) => rewriteExpression(guard, value, scope, hints[index])),
    }) as TupleNode;
  return [rewrite(left), rewrite(right)];
}
