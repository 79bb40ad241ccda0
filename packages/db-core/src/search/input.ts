import * as z from 'zod';
import { ValidationError } from '../errors/index.ts';
import { MATCH_MODES, SEARCH_MODES, type SearchMode } from './contract.ts';

const placeSchema = z.tuple([z.number(), z.number(), z.string(), z.enum(SEARCH_MODES)]);

export const searchSchema = z.strictObject({
  query: z.string('must be text'),
  mode: z.enum(SEARCH_MODES, `must be one of ${SEARCH_MODES.join(', ')}`).optional(),
  match: z.enum(MATCH_MODES, `must be one of ${MATCH_MODES.join(', ')}`).optional(),
  filters: z
    .record(
      z.string(),
      z.array(z.string('must be text').max(1000, 'must have at most 1,000 characters'), 'must be a list').max(100),
    )
    .default({}),
  kinds: z.array(z.string('must be text'), 'must be a list').max(100, 'must be at most 100').optional(),
  since: z.date('must be a date').optional(),
  until: z.date('must be a date').optional(),
  limit: z.int('must be a whole number').min(1, 'must be at least 1').max(100, 'must be at most 100').default(20),
  cursor: z.string('must be a cursor that a search gave').max(1000, 'must be a cursor that a search gave').nullish(),
});

/** @throws ValidationError with every fault */
export function parseSearch(input: unknown): z.output<typeof searchSchema> {
  const result = searchSchema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  throw invalid(issues);
}

export function invalid(issues: readonly { readonly path: string; readonly message: string }[]): ValidationError {
  const told = issues.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
  return new ValidationError(`The input is not valid: ${told}.`, { details: { issues } });
}

interface Place {
  readonly score: number;
  readonly at: number;
  readonly id: string;
}

/** Places of one mode mean nothing in another. */
export function encodePlace({ score, at, id }: Place, mode: SearchMode): string {
  return Buffer.from(JSON.stringify([score, at, id, mode])).toString('base64url');
}

interface Cursor {
  readonly after: Place;
  readonly mode: SearchMode;
}

/** @throws ValidationError */
export function decodeCursor(cursor: string | null | undefined, wanted: SearchMode | undefined): Cursor | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const decoded = placeSchema.safeParse(jsonOf(cursor));
  if (!decoded.success) throw invalid([{ path: 'cursor', message: 'must be a cursor that a search gave' }]);
  const [score, at, id, mode] = decoded.data;
  if (wanted !== undefined && wanted !== mode)
    throw invalid([{ path: 'cursor', message: `is of a search with the mode ${mode}` }]);
  return { after: { score, at, id }, mode };
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
