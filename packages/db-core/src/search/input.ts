import * as z from 'zod';
import { ValidationError } from '../errors/index.ts';
import { MATCH_MODES, SEARCH_MODES } from './contract.ts';

const placeSchema = z.tuple([z.number(), z.number(), z.string()]);

export const searchSchema = z.strictObject({
  query: z.string('must be text'),
  mode: z.enum(SEARCH_MODES, `must be one of ${SEARCH_MODES.join(', ')}`).default('text'),
  match: z.enum(MATCH_MODES, `must be one of ${MATCH_MODES.join(', ')}`).default('all'),
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

export function encodePlace({ score, at, id }: Place): string {
  return Buffer.from(JSON.stringify([score, at, id])).toString('base64url');
}

/** @throws ValidationError */
export function decodePlace(cursor: string | null | undefined): Place | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  try {
    const [score, at, id] = placeSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { score, at, id };
  } catch {
    throw invalid([{ path: 'cursor', message: 'must be a cursor that a search gave' }]);
  }
}
