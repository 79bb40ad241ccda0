import type { CustomTypesConfig, FieldDef } from 'pg';
import { QueryError, ValidationError } from '../../errors/index.ts';
import type { Codec, Row } from '../contract.ts';
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
  toSafeInteger,
} from '../values.ts';

type Encode = (value: unknown) => unknown;
type Parse = (text: string) => unknown;

const encoders: Record<Codec, Encode> = {
  uuid: checkUuid,
  text: checkText,
  timestamp: (value) => checkTimestamp(value).toISOString(),
  boolean: checkBoolean,
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
      return value;
    case 'undefined':
      return null;
    case 'object':
      if (value === null) return null;
      if (value instanceof Date) return checkTimestamp(value).toISOString();
      if (value instanceof Uint8Array) return value;
      return checkJson(value);
    default:
      throw new ValidationError(
        `A ${typeof value} can't be stored; use a string, number, boolean, Date, bytes or plain JSON.`,
      );
  }
}

export function postgresEncoder(codec: Codec | undefined): Encode {
  return codec === undefined ? encodeByType : nullable[codec];
}

/** PostgreSQL's names of the types; `[]` after them makes the array types. */
export const postgresTypes: Readonly<Record<Codec, string>> = {
  uuid: 'uuid',
  text: 'text',
  timestamp: 'timestamptz',
  boolean: 'boolean',
  json: 'jsonb',
  integer: 'integer',
  bigint: 'bigint',
  real: 'double precision',
  blob: 'bytea',
};

const NEEDS_ESCAPE = /["\\]/;

/** An encoded value as an element of an array literal. */
export function arrayElement(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array)
    return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`;
  const text = value as string;
  return NEEDS_ESCAPE.test(text) ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : `"${text}"`;
}

/** Encoded values as PostgreSQL reads an array. */
export function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(arrayElement).join(',')}}`;
}

/** Fixed by PostgreSQL's catalogue (`pg_type.oid`), the same in every database. */
const OID = {
  bool: 16,
  bytea: 17,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
} as const;

const numbers = [OID.int2, OID.int4, OID.int8, OID.oid, OID.float4, OID.float8, OID.numeric];

/** The types that give a codec's JavaScript values by themselves. */
const native: Readonly<Record<Codec, readonly number[]>> = {
  uuid: [OID.uuid],
  text: [OID.text, OID.varchar, OID.bpchar, OID.name],
  timestamp: [OID.timestamptz, OID.timestamp],
  boolean: [OID.bool],
  json: [OID.json, OID.jsonb],
  integer: numbers,
  bigint: numbers,
  real: numbers,
  blob: [OID.bytea],
};

export function codecOfType(oid: number): Codec | undefined {
  if (oid === OID.int8) return 'bigint';
  if (oid === OID.int2 || oid === OID.int4 || oid === OID.oid) return 'integer';
  return (Object.keys(native) as Codec[]).find(
    (codec) => native[codec].includes(oid) && codec !== 'integer' && codec !== 'bigint',
  );
}

const parsers = new Map<number, Parse>([
  [OID.bool, (text) => text === 't'],
  [OID.bytea, (text) => Buffer.from(text.slice(2), 'hex')],
  [OID.int2, Number],
  [OID.int4, Number],
  [OID.oid, Number],
  [OID.int8, toSafeInteger],
  [OID.float4, parseReal],
  [OID.float8, parseReal],
  [OID.numeric, parseNumeric],
  [OID.json, JSON.parse],
  [OID.jsonb, JSON.parse],
  [OID.timestamp, parseTimestamp],
  [OID.timestamptz, parseTimestamp],
]);

const asIs: Parse = (text) => text;

/** What `pg` asks for each column of a result. All values come as text: every statement is described in text format. */
export const typeParsers: CustomTypesConfig = {
  // The declaration has an overload for each format; this engine only ever gets text.
  getTypeParser: ((oid: number) => parsers.get(oid) ?? asIs) as CustomTypesConfig['getTypeParser'],
};

/** No column is numeric; `sum(bigint)` and `avg(…)` are, and SQLite gives numbers for these. */
function parseNumeric(text: string): number {
  return /^-?\d+$/.test(text) ? toSafeInteger(text) : Number(text);
}

/** The engines give the zeros that they compute different signs. */
function parseReal(text: string): number {
  return Number(text) + 0;
}

const ZERO = 48;

function two(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** `2026-03-01 12:34:56.789+00`, as the session's DateStyle ISO and TimeZone UTC make it; the fraction ends where zeros would follow. */
export function parseTimestamp(text: string): Date {
  const end = text.length - 3;
  const isUsual = end >= 19 && end <= 26 && text.charCodeAt(4) === 45 && text.endsWith('+00');
  const year = isUsual ? two(text, 0) * 100 + two(text, 2) : 0;
  // Date.UTC takes the years below 100 for those of the twentieth century.
  if (year < 100) return parseUnusualTimestamp(text);
  let milliseconds = 0;
  if (end > 20) milliseconds += (text.charCodeAt(20) - ZERO) * 100;
  if (end > 21) milliseconds += (text.charCodeAt(21) - ZERO) * 10;
  if (end > 22) milliseconds += text.charCodeAt(22) - ZERO;
  return new Date(
    Date.UTC(year, two(text, 5) - 1, two(text, 8), two(text, 11), two(text, 14), two(text, 17), milliseconds),
  );
}

const TIMESTAMP =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;

/** Years far away, other time zones (a pooler can lose the session's settings), and no zone at all, which means UTC. */
function parseUnusualTimestamp(text: string): Date {
  const parts = TIMESTAMP.exec(text);
  if (parts === null) throw new QueryError(`The database gave the time "${text}", which no Date can hold.`);
  const [
    ,
    year,
    month,
    day,
    hours,
    minutes,
    seconds,
    fraction = '',
    sign,
    zoneHours,
    zoneMinutes = 0,
    zoneSeconds = 0,
    era,
  ] = parts;
  const date = new Date(0);
  date.setUTCFullYear(era === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hours), Number(minutes), Number(seconds), Number(fraction.padEnd(3, '0').slice(0, 3)));
  if (sign === undefined) return date;
  const offset = (Number(zoneHours) * 3600 + Number(zoneMinutes) * 60 + Number(zoneSeconds)) * 1000;
  return new Date(date.getTime() - (sign === '-' ? -offset : offset));
}

/** Brings expressions to the type that the query says they have, where PostgreSQL gave another. Changes the rows given. */
export function decodeDeclared(rows: Row[], fields: readonly FieldDef[], decode: ReadonlyMap<string, Codec>): Row[] {
  for (const { name, dataTypeID } of fields) {
    const codec = decode.get(name);
    if (codec === undefined || native[codec].includes(dataTypeID)) continue;
    for (const row of rows) {
      if (row[name] !== null) row[name] = convert(row[name], codec);
    }
  }
  return rows;
}

function convert(value: unknown, codec: Codec): unknown {
  switch (codec) {
    case 'boolean':
      return typeof value === 'number' ? value !== 0 : value === 't' || value === 'true';
    case 'timestamp':
      return typeof value === 'number' ? new Date(value) : parseTimestamp(String(value));
    case 'json':
      return typeof value === 'string' ? JSON.parse(value) : value;
    case 'integer':
    case 'bigint':
    case 'real':
      return parseNumeric(String(value));
    default:
      return value;
  }
}
