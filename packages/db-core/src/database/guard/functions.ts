import type {
  AggregateFunctionNode,
  CastNode,
  DataTypeNode,
  FunctionNode,
  OperationNode,
  SelectionNode,
  ValueNode,
} from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { allowFunction, deny } from './allowed.ts';
import { rewriteExpression, standsAlone } from './expressions.ts';
import type { Guard } from './guard.ts';
import { makeNode, optional, slotNode } from './nodes.ts';
import { isBound } from './operators.ts';
import { allowArguments, allowCastFrom, allowSorting, castTo } from './portable.ts';
import type { Scope } from './scope.ts';
import { commonType, SAME_TYPE_FUNCTIONS, typeOf, typeOfCast } from './types.ts';

export function rewriteCast(guard: Guard, { expression, dataType }: CastNode, scope: Scope): OperationNode {
  const to = dataType.kind === 'DataTypeNode' ? typeOfCast(dataType as DataTypeNode) : undefined;
  if (to === undefined) return deny('a cast to this type is not on the list of portable casts');
  if (isBound(expression)) return castTo(to, slotNode(expression.value, to));
  allowCastFrom(typeOf(expression, scope), to);
  return castTo(to, rewriteExpression(guard, expression, scope));
}

export function rewriteFunction(
  guard: Guard,
  { func, arguments: args }: FunctionNode,
  scope: Scope,
  hint: Codec | undefined,
): OperationNode {
  allowFunction(func);
  allowArguments(
    func,
    args.map((arg) => typeOf(arg, scope)),
  );
  const type = SAME_TYPE_FUNCTIONS.has(func) ? (commonType(args, scope) ?? hint) : undefined;
  const rewritten = args.map((arg, index) => {
    if (SAME_TYPE_FUNCTIONS.has(func)) {
      return isBound(arg) ? standsAlone(arg, type) : rewriteExpression(guard, arg, scope, type);
    }
    if (func === 'substr' && index > 0) return rewriteCount(arg, 'a position in a text');
    return rewriteExpression(guard, arg, scope, 'text');
  });
  return { kind: 'FunctionNode', func, arguments: rewritten } as FunctionNode;
}

/** A whole number from 0 on, which is all that both engines take here. */
export function rewriteCount(node: OperationNode, what: string): OperationNode {
  if (node.kind !== 'ValueNode') return deny(`${what} must be a number or a parameter`);
  const { value, immediate } = node as ValueNode;
  if (immediate !== true) return slotNode(value, 'bigint', { rule: 'count' });
  if (!Number.isSafeInteger(value) || (value as number) < 0) deny(`${what} must be a whole number from 0 on`);
  return { kind: 'ValueNode', value, immediate } as ValueNode;
}

/**
 * PostgreSQL sums and averages whole numbers as decimals, with which it would go on to compute; SQLite has none. A whole
 * number's mean is computed in floating point on both, and its sum is whole.
 */
export function rewriteAggregate(guard: Guard, node: AggregateFunctionNode, scope: Scope): OperationNode {
  allowFunction(node.func);
  if (node.orderBy !== undefined || node.withinGroup !== undefined)
    deny('an order inside an aggregate does not exist on both engines');
  const isCountOfRows = node.func === 'count' && node.aggregated.some(isEverything);
  if (!isCountOfRows)
    allowArguments(
      node.func,
      node.aggregated.map((argument) => typeOf(argument, scope)),
    );
  if (node.distinct === true)
    for (const argument of node.aggregated) allowSorting(typeOf(argument, scope), 'told apart');
  const type = commonType(node.aggregated, scope);
  const hint = SAME_TYPE_FUNCTIONS.has(node.func) ? type : undefined;
  const isWhole = type === 'integer' || type === 'bigint';
  const aggregated = node.aggregated.map((argument) => {
    if (node.func === 'count' && isEverything(argument)) return { kind: 'SelectAllNode' };
    const rewritten = rewriteExpression(guard, argument, scope, hint);
    return node.func === 'avg' && isWhole ? castTo('real', rewritten) : rewritten;
  });
  const rewritten = makeNode<AggregateFunctionNode>('AggregateFunctionNode', {
    func: node.func,
    aggregated,
    distinct: node.distinct,
    filter: optional(node.filter, (filter) => rewriteExpression(guard, filter, scope)),
    over: optional(node.over, (over) => rewriteExpression(guard, over, scope)),
  });
  return node.func === 'sum' && type === 'bigint' ? castTo('bigint', rewritten) : rewritten;
}

/** The star of `count(*)`. */
function isEverything(node: OperationNode): boolean {
  return (
    node.kind === 'SelectAllNode' ||
    (node.kind === 'SelectionNode' && (node as SelectionNode).selection.kind === 'SelectAllNode')
  );
}
