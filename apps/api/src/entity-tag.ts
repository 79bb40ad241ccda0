import { z } from 'zod';

/** A row's version as the value of `ETag`. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

const ifMatch = z
  .string()
  .regex(/^\s*(?:\*|"[1-9]\d{0,8}")\s*$/, 'must be the ETag of an earlier answer, such as "3", or *')
  .describe('The ETag of the version that is to be changed. Another one by now: 412.');

/** Headers of a request that changes a row with a version. */
export const ifMatchSchema = z.object({ 'if-match': ifMatch.optional() });

/** The version that the caller means, as the domains take it; nothing when any version will do. */
export function versionOf(headers: z.output<typeof ifMatchSchema>): { readonly ifVersion?: number } {
  const [digits] = /\d+/.exec(headers['if-match'] ?? '') ?? [];
  return digits === undefined ? {} : { ifVersion: Number(digits) };
}
