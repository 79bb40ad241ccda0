import { createHash } from 'node:crypto';

/** Namespace of the ids that imports make; a random UUID, never to change. */
const NAMESPACE = Buffer.from('6e9d4f0b2c5a4d7e9a3b81c7f05d2e64', 'hex');

/** The UUIDv5 (RFC 9562) of a name: the same name always gives the same id. */
export function deriveId(...name: readonly string[]): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(JSON.stringify(name)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}
