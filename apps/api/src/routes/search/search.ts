import { NoEmbedderError } from '@keelson/db-core';
import { z } from 'zod';
import type { Api, Services } from '../../api.ts';
import { searchPageSchema, searchQuerySchema, toSearchPage } from '../../schemas/search.ts';

const querySchema = searchQuerySchema.extend({
  kind: z
    .union([z.string(), z.array(z.string())])
    .exactOptional()
    .describe('Only these kinds, such as `message`. May be given several times. By default all.'),
});

/** All that is searched belongs to conversations so far; another domain's kinds will need its scope as well. */
export function searchAll(api: Api, { search, userOf }: Services): void {
  api.get(
    '/v1/search',
    {
      config: { access: 'conversations:read', problems: [NoEmbedderError] },
      schema: {
        operationId: 'search',
        summary: 'Search everything',
        description:
          'Texts of all domains, the best first. Archived ones too; deleted and hidden ones are never found.',
        tags: ['search'],
        querystring: querySchema,
        response: { 200: searchPageSchema },
      },
    },
    async (request) => {
      const { from, to, kind, ...query } = request.query;
      const page = await search.search(userOf(request), {
        ...query,
        ...(kind === undefined ? {} : { kinds: typeof kind === 'string' ? [kind] : kind }),
        ...(from === undefined ? {} : { since: from }),
        ...(to === undefined ? {} : { until: to }),
      });
      return toSearchPage(page);
    },
  );
}
