import * as z from 'zod';
import type { Search } from '../search/search.ts';
import type { JobDefinition } from './definition.ts';

const parameters = z.strictObject({
  /** Empties the owner's index first. Until it is done, only a part is found. */
  rebuild: z.boolean().default(false),
});

/**
 * Looks at everything that a job's owner has, and indexes what isn't in the search index as it would be today: after a change
 * of the tokeniser, of weights, or of what is searched. Begun again, it passes over what is done.
 */
export function searchReindex(search: Search): JobDefinition<typeof parameters> {
  return {
    kind: 'search.reindex',
    parameters,
    run: async ({ userId, parameters: { rebuild }, attempt, signal, progress }) => {
      if (rebuild && attempt === 1) {
        await progress(0, 'emptying the index');
        await search.erase(userId);
      }
      await progress(0, 'looking what there is');
      await search.markAll(userId);
      const { pending } = await search.status(userId);
      const onProgress = (done: number): Promise<void> =>
        progress(pending === 0 ? 100 : (100 * done) / pending, `${done} of ${pending} rows`);
      const rows = await search.refresh(userId, { signal, onProgress });
      const { entries } = await search.status(userId);
      return { rows, entries };
    },
  };
}
