import { overallStatistics } from '@keelson/conversations';
import type { Api, Services } from '../../api.ts';
import { overallStatisticsSchema, statisticsQuerySchema, toOverallStatistics } from '../../schemas/statistics.ts';

/** It reads what is everybody's, so it is for administrators, and in the audit. */
export function getOverallStatistics(api: Api, { database, principalOf }: Services): void {
  api.get(
    '/v1/admin/conversations/statistics',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'getOverallStatistics',
        summary: "Get everybody's figures, and who has most messages",
        description: 'Each request is in the audit of `keelson:system`, as `conversations.counted`.',
        tags: ['conversations'],
        querystring: statisticsQuerySchema,
        response: { 200: overallStatisticsSchema },
      },
    },
    async (request) => {
      const { userId } = principalOf(request);
      return toOverallStatistics(await overallStatistics(database, request.query, { userId, requestId: request.id }));
    },
  );
}
