import { ValidationError } from '../errors/index.ts';

const DEEPEST = 100;
const TWO_BYTES = /[\u0100-\uffff]/;

/** What V8 takes for each, on a machine with 64 bits; `memory.test.ts` holds it to what the heap says. */
const SLOT = 8;
const OBJECT = 24;
const ARRAY = 48;
const STRING = 24;
const DATE = 96;
const BYTES = 200;

/**
 * Copies plain data, so that nobody changes what another one gets. It is faster than `structuredClone`, and refuses what
 * wouldn't survive the warm tier: functions, classes, maps.
 *
 * @throws ValidationError
 */
export function copyPlain(value: unknown): unknown {
  return copy(value, DEEPEST);
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function' || typeof value === 'symbol') throw notPlain();
    return value;
  }
  if (depth === 0) throw notPlain();
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map((element) => copy(element, depth - 1));
  assertPlain(value);
  const result = { ...value } as Record<string, unknown>;
  for (const name in result) {
    const part = result[name];
    if (typeof part === 'object' ? part !== null : typeof part === 'function' || typeof part === 'symbol')
      result[name] = copy(part, depth - 1);
  }
  return result;
}

/** About as many bytes as it takes in memory. */
export function sizeOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return STRING + value.length * (TWO_BYTES.test(value) ? 2 : 1);
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 0 : 16;
    case 'bigint':
      return OBJECT;
    case 'object':
      return value === null ? 0 : sizeOfObject(value);
    default:
      return 0;
  }
}

function sizeOfObject(value: object): number {
  if (value instanceof Date) return DATE;
  if (value instanceof Uint8Array) return BYTES + value.byteLength;
  let bytes = Array.isArray(value) ? ARRAY : OBJECT;
  for (const part of Object.values(value)) bytes += SLOT + sizeOf(part);
  return bytes;
}

function assertPlain(value: object): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw notPlain();
}

function notPlain(): ValidationError {
  return new ValidationError(
    'A cached answer is made of plain objects, arrays, Date, Uint8Array and simple values, at most 100 deep.',
  );
}
