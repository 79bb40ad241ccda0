import type { Api, Services } from '../../api.ts';
import { statisticsQuerySchema, statisticsSchema, toStatistics } from '../../schemas/statistics.ts';

export function getStatistics(api: Api, { conversationsOf }: Services): void {
  api.get(
    '/v1/conversations/statistics',
    {
      config: { access: 'conversations:read' },
      schema: {
        operationId: 'getStatistics',
        summary: 'Get how many messages there were each day, and what models took',
        description: 'Messages of deleted conversations count until they are erased.',
        tags: ['conversations'],
        querystring: statisticsQuerySchema,
        response: { 200: statisticsSchema },
      },
    },
    async (request) => toStatistics(await conversationsOf(request).getStatistics(request.query)),
  );
}
