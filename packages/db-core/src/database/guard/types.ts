import type {
  AggregateFunctionNode,
  AliasNode,
  BinaryOperationNode,
  CaseNode,
  CastNode,
  DataTypeNode,
  FunctionNode,
  JSONReferenceNode,
  OperationNode,
  OperatorNode,
  ParensNode,
  ReferenceNode,
  SelectQueryNode,
  UnaryOperationNode,
  ValueNode,
} from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { fragmentOf } from './fragments.ts';
import type { Scope } from './scope.ts';

/** Functions whose result has the type of their arguments. */
export const SAME_TYPE_FUNCTIONS = new Set([
  'coalesce',
  'nullif',
  'max',
  'min',
  'lag',
  'lead',
  'first_value',
  'last_value',
  'abs',
]);

const RESULTS: ReadonlyMap<string, Codec> = new Map([
  ['avg', 'real'],
  ['count', 'bigint'],
  ['dense_rank', 'bigint'],
  ['length', 'integer'],
  ['lower', 'text'],
  ['rank', 'bigint'],
  ['replace', 'text'],
  ['row_number', 'bigint'],
  ['substr', 'text'],
  ['trim', 'text'],
  ['upper', 'text'],
]);

const CONDITIONS = new Set(['AndNode', 'OrNode']);
const ARITHMETIC = new Set(['+', '-', '*', '/', '%']);

export function isArithmetic(operator: string): boolean {
  return ARITHMETIC.has(operator);
}

export function isNumber(codec: Codec | undefined): boolean {
  return codec === 'integer' || codec === 'bigint' || codec === 'real';
}

/**
 * The type of what an expression gives, as far as it can be told. SQLite's expressions have none, so it decides how
 * values are encoded and decoded there, and what is refused on both engines because one of them would.
 */
export function typeOf(node: OperationNode, scope: Scope): Codec | undefined {
  if (CONDITIONS.has(node.kind)) return 'boolean';
  switch (node.kind) {
    case 'ReferenceNode': {
      const { column, table } = node as ReferenceNode;
      if (column.kind !== 'ColumnNode') return undefined;
      return scope.column(column.column.name, table?.table.identifier.name)?.codec;
    }
    case 'AliasNode':
      return typeOf((node as AliasNode).node, scope);
    case 'ParensNode':
      return typeOf((node as ParensNode).node, scope);
    case 'ValueNode':
      return typeOfLiteral(node as ValueNode);
    case 'BinaryOperationNode':
      return typeOfBinary(node as BinaryOperationNode, scope);
    case 'UnaryOperationNode': {
      const { operator, operand } = node as UnaryOperationNode;
      return (operator as OperatorNode).operator === '-' ? typeOf(operand, scope) : 'boolean';
    }
    case 'FunctionNode': {
      const { func, arguments: args } = node as FunctionNode;
      return SAME_TYPE_FUNCTIONS.has(func) ? resultType(args, scope) : RESULTS.get(func);
    }
    case 'AggregateFunctionNode': {
      const { func, aggregated } = node as AggregateFunctionNode;
      if (func !== 'sum') return SAME_TYPE_FUNCTIONS.has(func) ? resultType(aggregated, scope) : RESULTS.get(func);
      const summed = resultType(aggregated, scope);
      return summed === 'integer' ? 'bigint' : summed;
    }
    case 'CaseNode':
      return typeOfCase(node as CaseNode, scope);
    case 'CastNode':
      return typeOfCast((node as CastNode).dataType as DataTypeNode);
    case 'JSONReferenceNode': {
      const { traversal } = node as JSONReferenceNode;
      const operator = traversal.kind === 'JSONOperatorChainNode' ? traversal.operator.operator : '->';
      return operator === '->>' ? 'text' : 'json';
    }
    case 'RawNode':
      return fragmentOf(node)?.decode;
    case 'SelectQueryNode':
      return scope.outputsOf(node as SelectQueryNode)[0]?.codec;
    default:
      return undefined;
  }
}

/** What stands in the query's text. A value that is bound takes its type from what it meets. */
function typeOfLiteral({ value, immediate }: ValueNode): Codec | undefined {
  if (immediate !== true) return undefined;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? typeOfNumber(value) : undefined;
}

/** As PostgreSQL reads a number that is written down. */
export function typeOfNumber(value: number): Codec {
  if (!Number.isInteger(value)) return 'real';
  return value >= -(2 ** 31) && value < 2 ** 31 ? 'integer' : 'bigint';
}

function typeOfBinary({ leftOperand, operator, rightOperand }: BinaryOperationNode, scope: Scope): Codec | undefined {
  const name = (operator as OperatorNode).operator;
  if (name === '||') return 'text';
  if (!isArithmetic(name)) return 'boolean';
  return resultType([leftOperand, rightOperand], scope);
}

function typeOfCase({ when, else: otherwise }: CaseNode, scope: Scope): Codec | undefined {
  const results = (when ?? []).flatMap(({ result }) => (result === undefined ? [] : [result]));
  return resultType(otherwise === undefined ? results : [...results, otherwise], scope);
}

/** The names that a query may cast to. */
const CASTS: ReadonlyMap<string, Codec> = new Map([
  ['integer', 'integer'],
  ['bigint', 'bigint'],
  ['text', 'text'],
  ['real', 'real'],
  ['double precision', 'real'],
]);

export function typeOfCast({ dataType }: DataTypeNode): Codec | undefined {
  return typeof dataType === 'string' ? CASTS.get(dataType) : undefined;
}

/** The type that several expressions have together; of numbers the widest. Those that aren't known leave it to the others. */
export function commonType(nodes: readonly OperationNode[], scope: Scope): Codec | undefined {
  let common: Codec | undefined;
  for (const node of nodes) {
    const codec = typeOf(node, scope);
    if (codec === undefined) continue;
    if (common === undefined || (isNumber(common) && isNumber(codec) && width(codec) > width(common))) common = codec;
  }
  return common;
}

/** As `commonType`, if it is sure: values that will be bound follow the others, an expression of unknown type may not. */
function resultType(nodes: readonly OperationNode[], scope: Scope): Codec | undefined {
  const isSure = nodes.every((node) => node.kind === 'ValueNode' || typeOf(node, scope) !== undefined);
  return isSure ? commonType(nodes, scope) : undefined;
}

function width(codec: Codec): number {
  return ['integer', 'bigint', 'real'].indexOf(codec);
}
