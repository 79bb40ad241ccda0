import { endianness } from 'node:os';
import { ValidationError } from '../errors/index.ts';

const BYTES = 4;
const IS_LITTLE = endianness() === 'LE';

/** The vector of length 1 in the same direction: all that cosine looks at. Undefined where there is no direction. */
export function unitVector(vector: ArrayLike<number>): Float32Array | undefined {
  let sum = 0;
  for (let index = 0; index < vector.length; index += 1) sum += (vector[index] ?? 0) ** 2;
  const length = Math.sqrt(sum);
  if (!Number.isFinite(length) || length === 0) return undefined;
  return Float32Array.from(vector, (value) => value / length);
}

/** 32-bit floating-point numbers, little-endian. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(vector.length * BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of vector.entries()) view.setFloat32(index * BYTES, value, true);
  return bytes;
}

/** Looks at the bytes where they are, if the machine's own numbers are stored like that. */
export function vectorOf(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (IS_LITTLE && byteOffset % BYTES === 0) return new Float32Array(buffer, byteOffset, byteLength / BYTES);
  const view = new DataView(buffer, byteOffset, byteLength);
  return Float32Array.from({ length: byteLength / BYTES }, (_, index) => view.getFloat32(index * BYTES, true));
}

/** 1 − cosine of two vectors of length 1. Always summed in the same order, so that it is the same number everywhere. */
export function distance(a: Float32Array, b: Float32Array): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  const { length } = a;
  const whole = length - (length % 4);
  // Four sums, because each addition waits for the one before it.
  for (let index = 0; index < whole; index += 4) {
    first += (a[index] ?? 0) * (b[index] ?? 0);
    second += (a[index + 1] ?? 0) * (b[index + 1] ?? 0);
    third += (a[index + 2] ?? 0) * (b[index + 2] ?? 0);
    fourth += (a[index + 3] ?? 0) * (b[index + 3] ?? 0);
  }
  for (let index = whole; index < length; index += 1) first += (a[index] ?? 0) * (b[index] ?? 0);
  return 1 - (first + second + (third + fourth));
}

/** @throws ValidationError for another length than the model's, and for one that has no direction */
export function queryVector(vector: ArrayLike<number>, dimensions: number): Float32Array {
  const unit = vector.length === dimensions ? unitVector(vector) : undefined;
  if (unit !== undefined) return unit;
  const message =
    vector.length === dimensions ? 'must have finite numbers that are not all 0' : `must have ${dimensions} numbers`;
  throw new ValidationError(`The input is not valid: vector ${message}.`, {
    details: { issues: [{ path: 'vector', message }] },
  });
}
