import { UniqueViolationError } from '@keelson/db-core';

const MAX_ATTEMPTS = 5;

/** Does it again, from what is there by then, when another import of the same conversation came between. */
export async function lookAgain<T>(store: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store();
    } catch (error) {
      if (!(error instanceof UniqueViolationError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}
