import type { Codec } from '../contract.ts';
import {
  checkBigint,
  checkBlob,
  checkBoolean,
  checkInteger,
  checkJson,
  checkReal,
  checkText,
  checkTimestamp,
  checkUuid,
} from '../values.ts';
import { QueryError, ValidationError } from '../../errors/index.ts';

type Encode = (value: unknown) => unknown;
type Decode = (value: unknown) => unknown;

const encoders: Record<Codec, Encode> = {
  uuid: checkUuid,
  text: checkText,
  timestamp: (value) => checkTimestamp(value).getTime(),
  boolean: (value) => (checkBoolean(value) ? 1 : 0),
  json: checkJson,
  integer: checkInteger,
  bigint: checkBigint,
  real: checkReal,
  blob: checkBlob,
};

function orNull(encode: Encode): Encode {
  return (value) => (value === null || value === undefined ? null : encode(value));
}

const nullable = Object.fromEntries(
  Object.entries(encoders).map(([codec, encode]) => [codec, orNull(encode)]),
) as Record<Codec, Encode>;

/** By JavaScript type, for values that meet no column: arguments of functions, results of CASE. */
function encodeByType(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return checkText(value);
    case 'number':
      return checkReal(value);
    case 'boolean':
      return value ? 1 : 0;
    case 'undefined':
      return null;
    case 'object':
      if (value === null) return null;
      if (value instanceof Date) return checkTimestamp(value).getTime();
      if (value instanceof Uint8Array) return value;
      return checkJson(value);
    default:
      throw new ValidationError(
        `A ${typeof value} can't be stored; use a string, number, boolean, Date, bytes or plain JSON.`,
      );
  }
}

export function sqliteEncoder(codec: Codec | undefined): Encode {
  return codec === undefined ? encodeByType : nullable[codec];
}

/** Column types as the migrations declare them. A type that isn't here passes as SQLite gives it. */
const declaredTypes = new Map<string, Codec>([
  ['UUID_TEXT', 'uuid'],
  ['TEXT', 'text'],
  ['TIMESTAMP', 'timestamp'],
  ['BOOLEAN', 'boolean'],
  ['JSON_TEXT', 'json'],
  ['INTEGER', 'integer'],
  ['BIGINT', 'bigint'],
  ['REAL', 'real'],
  ['BLOB', 'blob'],
]);

export function codecOfDeclaredType(type: string | null): Codec | undefined {
  return type === null ? undefined : declaredTypes.get(type.toUpperCase());
}

function decodeJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new QueryError('A column declared as JSON holds text that is not JSON.', { cause });
  }
}

/** Only the codecs whose stored form differs from the JavaScript value. Given null, they are not called. */
const decoders: Partial<Record<Codec, Decode>> = {
  timestamp: (value) => new Date(value as number),
  boolean: (value) => value !== 0,
  json: decodeJson,
};

/**
 * Expressions are checked, too: what PostgreSQL refuses to compute, or its driver to hold, SQLite gives as the nearest
 * floating-point number.
 */
const expressionDecoders: Partial<Record<Codec, Decode>> = {
  ...decoders,
  integer: (value) => within(value, (number) => number === (number | 0), 'a whole number of 32 bits'),
  bigint: (value) => within(value, Number.isSafeInteger, 'a whole number that JavaScript holds exactly'),
  real: (value) => within(value, Number.isFinite, 'a finite number'),
};

function within(value: unknown, isGood: (number: number) => boolean, expected: string): unknown {
  if (typeof value !== 'number') return value;
  // The engines give the zeros that they compute different signs.
  if (isGood(value)) return value + 0;
  throw new QueryError(`The database computed ${value}, which is not ${expected}.`);
}

export function sqliteExpressionDecoder(codec: Codec): Decode | undefined {
  return expressionDecoders[codec];
}

export function sqliteDecoder(codec: Codec | undefined): Decode | undefined {
  return codec === undefined ? undefined : decoders[codec];
}

/** The values of a list as JSON. A whole number that large is written with an exponent, or SQLite would take it for an integer. */
export function encodeList(values: readonly unknown[]): string {
  if (!values.some(isLargeWhole)) return JSON.stringify(values);
  return `[${values.map((value) => (isLargeWhole(value) ? value.toExponential() : JSON.stringify(value))).join(',')}]`;
}

function isLargeWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
}
