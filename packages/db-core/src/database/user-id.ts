import * as z from 'zod';
import { ValidationError } from '../errors/index.ts';

/** The owner of rows: a person or an organisation, by whatever name the application knows them. */
export type UserId = string & z.$brand<'UserId'>;

/** 1–255 characters without control characters; `default` and addresses are as good as UUIDs. */
export const userIdSchema = z
  .string()
  .refine((id) => id.isWellFormed() && !/\p{Cc}/u.test(id), 'must have no control characters')
  .refine((id) => /^.{1,255}$/su.test(id), 'must have 1 to 255 characters')
  .brand<'UserId'>();

/** The owner of what concerns the whole database, and the actor where a program acts by itself. */
export const SYSTEM_OWNER = 'keelson:system' as UserId;

/** Whom a token can stand for: no program's own rows. */
export const personIdSchema = userIdSchema.refine(
  (id) => !id.startsWith('keelson:'),
  'must not begin with "keelson:", which is for the database itself',
);

export function parseUserId(id: unknown): UserId {
  const parsed = userIdSchema.safeParse(id);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ValidationError(`A user id ${issue?.message ?? 'is malformed'}.`, {
    details: { issues: parsed.error.issues.map(({ message }) => ({ path: 'userId', message })) },
  });
}
