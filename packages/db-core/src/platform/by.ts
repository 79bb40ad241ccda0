import * as z from 'zod';
import { SYSTEM_OWNER, type UserId, userIdSchema } from '../database/user-id.ts';
import { boundedText, parseInput } from './input.ts';

/** Who does something, for the audit and for rules about who may. */
export interface By {
  /** The acting person: the id by which they own rows of their own. */
  readonly userId: string;
  /** The request that it is done in, at most 255 characters. */
  readonly requestId?: string | null;
}

/** Somebody of whom it is also known what their token or session lets them do. */
export interface Maker extends By {
  readonly scopes: readonly string[];
}

/**
 * Whoever runs the program: the command line, a script. May do everything. It is this object that has the rights; the
 * same name in another object has none.
 */
export const OPERATOR: Maker = Object.freeze({ userId: SYSTEM_OWNER, scopes: Object.freeze(['*']) });

const bySchema = z.object({ userId: userIdSchema, requestId: boundedText(255).nullish() });

/** @throws ValidationError */
export function parseBy(by: By): { readonly userId: UserId; readonly requestId: string | null } {
  const { userId, requestId = null } = parseInput(bySchema, by);
  return { userId, requestId };
}
