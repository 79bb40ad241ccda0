import { CastNode, type DataTypeNode, type OperationNode, type ValueNode } from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { Parameter } from '../values.ts';
import { deny } from './allowed.ts';
import { slotNode } from './nodes.ts';
import { isNumber, typeOfNumber } from './types.ts';

/**
 * What means the same on both engines. SQLite takes nearly everything for nearly anything, and PostgreSQL refuses it; so
 * what only one of them would do is refused on both, and while it is still known where it was written.
 */

/** Functions that take text and nothing else. */
const TEXT_FUNCTIONS = new Set(['length', 'lower', 'replace', 'substr', 'trim', 'upper']);
const NUMBER_FUNCTIONS = new Set(['abs', 'avg', 'sum']);
/** What has a least and a greatest on both engines. */
const ORDERED: ReadonlySet<Codec> = new Set(['integer', 'bigint', 'real', 'text', 'timestamp']);

function family(codec: Codec): string {
  return isNumber(codec) ? 'number' : codec;
}

/** Types are compared only with their own kind, and JSON not at all: one engine compares its text and the other its meaning. */
export function allowComparison(left: Codec | undefined, right: Codec | undefined): void {
  if (left === 'json' || right === 'json') {
    deny('JSON is compared by what is in it: take a value out with ->> and compare that');
  }
  if (left !== undefined && right !== undefined && family(left) !== family(right)) {
    deny(`a ${family(left)} is compared with a ${family(right)}`);
  }
}

/** What two columns of one kind are together. */
export function widest(left: Codec | undefined, right: Codec | undefined): Codec | undefined {
  if (left === undefined || right === undefined || left === right) return left ?? right;
  if (family(left) !== family(right)) deny(`a ${left} and a ${right} are put into one column`);
  return left === 'real' || right === 'real' ? 'real' : 'bigint';
}

export function allowArithmetic(operator: string, left: Codec | undefined, right: Codec | undefined): void {
  for (const codec of [left, right]) {
    if (codec !== undefined && !isNumber(codec)) deny(`"${operator}" is for numbers, and this is a ${codec}`);
    if (operator === '%' && codec === 'real') deny('a remainder is for whole numbers');
  }
}

/** `is` has null, true and false on its right; everything else has `=` and `is not distinct from`. */
export function allowIs(left: Codec | undefined, right: OperationNode): void {
  const { value, immediate } = right as ValueNode;
  const isNull = right.kind === 'ValueNode' && immediate === true && value === null;
  if (isNull) return;
  const isTruth = right.kind === 'ValueNode' && typeof value === 'boolean';
  if (!isTruth) deny('"is" compares with null, true and false; use = or "is not distinct from"');
  if (left !== undefined && left !== 'boolean') deny(`a ${left} is neither true nor false`);
}

export function allowText(operator: string, codec: Codec | undefined): void {
  if (codec !== undefined && codec !== 'text') deny(`"${operator}" is for text, and this is a ${codec}`);
}

export function allowConcatenation(codec: Codec | undefined): void {
  if (codec !== undefined && !['text', 'uuid', 'integer', 'bigint'].includes(codec)) {
    deny(`a ${codec} is written differently by the engines; "||" is for text, ids and whole numbers`);
  }
}

export function allowCondition(codec: Codec | undefined): void {
  if (codec !== undefined && codec !== 'boolean') deny(`a ${codec} is no condition; compare it with something`);
}

export function allowArguments(name: string, codecs: readonly (Codec | undefined)[]): void {
  const [first] = codecs;
  if (TEXT_FUNCTIONS.has(name)) allowText(`${name}()`, first);
  if (NUMBER_FUNCTIONS.has(name) && first !== undefined && !isNumber(first))
    deny(`${name}() is for numbers, and this is a ${first}`);
  if (name === 'max' || name === 'min') {
    if (codecs.length !== 1) deny(`${name}() takes one argument`);
    if (first !== undefined && !ORDERED.has(first)) deny(`a ${first} has no ${name}() on both engines`);
  }
  if (name === 'coalesce' || name === 'nullif') {
    for (const codec of codecs)
      if (codec !== undefined && first !== undefined && family(codec) !== family(first))
        deny(`${name}() mixes a ${first} and a ${codec}`);
    if (name === 'nullif' && codecs.includes('json')) allowComparison('json', undefined);
  }
}

/** Rounding, and how a time or a truth is written, are each engine's own. */
export function allowCastFrom(from: Codec | undefined, to: Codec): void {
  const whole: readonly (Codec | undefined)[] = ['integer', 'bigint'];
  const good = to === 'text' ? ['text', 'uuid', ...whole] : to === 'real' ? ['real', ...whole] : ['boolean', ...whole];
  if (from === undefined) deny(`it isn't known here what is cast to ${to}; cast a column or a value`);
  if (!good.includes(from)) deny(`a cast from ${from} to ${to} gives different values on the engines`);
}

/** Sorting, grouping and telling apart need an order or an equality that both engines have. */
export function allowSorting(codec: Codec | undefined, what: string): void {
  if (codec === 'json') deny(`JSON can't be ${what}: the engines compare it differently`);
}

/** What an update puts into a column: only PostgreSQL rounds, and only SQLite takes text for a number. */
export function allowAssignment(column: string, to: Codec | undefined, from: Codec | undefined): void {
  if (to === undefined || from === undefined) return;
  if (family(to) !== family(from)) deny(`the column ${column} holds a ${to}, not a ${from}`);
  if (from === 'real' && to !== 'real') deny(`the column ${column} holds whole numbers`);
}

/** A key of an object, as both engines read it. SQLite takes some for paths, and can't be told that they aren't. */
export function allowJsonKey(key: unknown): void {
  if (typeof key !== 'string') deny('a place in a list of JSON is not found the same way on both engines; use keys');
  if (key === '' || /^[$[]|"/.test(key)) deny(`the JSON key ${JSON.stringify(key)} can't be said to both engines`);
}

/** A bound value where nothing tells PostgreSQL its type. */
export function typedSlot(value: unknown, codec: Codec): OperationNode {
  if (typeof value === 'number' && Number.isFinite(value) && isLiteralOf(value, codec)) {
    return { kind: 'ValueNode', value: value === 0 ? 0 : value, immediate: true } as ValueNode;
  }
  return castTo(codec, slotNode(value, codec));
}

/** A cast names the codec; each engine's compiler writes its own type for it. */
export function castTo(codec: Codec, expression: OperationNode): CastNode {
  return CastNode.create(expression, { kind: 'DataTypeNode', dataType: codec } as unknown as DataTypeNode);
}

function isLiteralOf(value: number, codec: Codec): boolean {
  if (codec === 'real') return true;
  const own = typeOfNumber(value);
  return own === 'integer' ? isNumber(codec) : own === codec && Number.isSafeInteger(value);
}

/** The type of a value that stands by itself. A parameter has none before it is given. */
export function typeOfValue(value: unknown): Codec {
  if (value instanceof Parameter) {
    deny(
      `nothing tells the type of the parameter "${value.name}" here; say it with a cast, such as eb.cast<number>(p.${value.name}, 'integer')`,
    );
  }
  switch (typeof value) {
    case 'number':
      return typeOfNumber(value);
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'text';
    default:
      if (value instanceof Date) return 'timestamp';
      return deny('a value that stands by itself must be text, a number, a boolean or a Date');
  }
}
