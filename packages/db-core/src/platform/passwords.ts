import { randomBytes } from 'node:crypto';
import type { Options } from '@node-rs/argon2';
import * as z from 'zod';

const SHORTEST_PASSWORD = 12;
/** Longer ones would only make hashing slow. */
const LONGEST_PASSWORD = 1024;

/** As NIST says: length is what counts, and the same characters typed on another keyboard are the same password. */
export const passwordSchema = z
  .string('must be text')
  .refine((password) => password.isWellFormed(), 'must be well-formed Unicode')
  .transform((password) => password.normalize('NFKC'))
  .refine(
    (password) => Array.from(password).length >= SHORTEST_PASSWORD,
    `must have at least ${SHORTEST_PASSWORD} characters`,
  )
  .refine((password) => password.length <= LONGEST_PASSWORD, `must have at most ${LONGEST_PASSWORD} characters`);

/**
 * What OWASP recommends for argon2id: 19 MiB, two passes, one lane. It takes some 30 ms, so that guessing is dear, while
 * the four sign-ins that Node computes at once take 76 MiB of a small server's memory. (The library's default is
 * argon2id, version 19, with 16 bytes of salt and 32 of hash.)
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const satisfies Options;

/** Loaded at the first use: most programs never see a password. */
async function argon2(): Promise<typeof import('@node-rs/argon2')> {
  return import('@node-rs/argon2');
}

/** In PHC format, salt and parameters included. */
export async function hashPassword(password: string): Promise<string> {
  return (await argon2()).hash(password, PARAMETERS);
}

/** Can a password be compared with it? Accounts that come from other systems may bring hashes of other kinds. */
export function isOwnHash(hash: string): boolean {
  return /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/.test(hash);
}

export async function passwordMatches(hash: string, password: string): Promise<boolean> {
  return (await argon2()).verify(hash, password);
}

/** Was it made with weaker parameters than today's? */
export async function needsRehash(hash: string): Promise<boolean> {
  const { memoryCost, timeCost } = (await argon2()).parseOptions(hash);
  return memoryCost < PARAMETERS.memoryCost || timeCost < PARAMETERS.timeCost;
}

let standIn: Promise<string> | undefined;

/** Takes as long as a real comparison, so that time doesn't tell which addresses have an account. */
export async function comparePretended(password: string): Promise<void> {
  standIn ??= hashPassword(randomBytes(32).toString('hex'));
  await passwordMatches(await standIn, password);
}
