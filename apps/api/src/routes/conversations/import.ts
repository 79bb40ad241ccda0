import { type Conversations, ImportFormatError, type ImportReport, ImportSourceError } from '@keelson/conversations';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Api, Services } from '../../api.ts';
import { PayloadTooLargeError } from '../../errors.ts';
import { idempotencyKeySchema, idempotencyProblems } from '../../once.ts';
import { FILE_TYPES, takeFiles } from '../../plugins/file-bodies.ts';
import { fileSchema, importQuerySchema, importReportSchema, toImportReport } from '../../schemas/import.ts';

const DESCRIPTION = `Takes what ChatGPT, Open WebUI, LibreChat, OpenAssistant, ShareGPT or OpenAI's chat messages give, and Keelson's
own exports, as they are or compressed with gzip; a ZIP archive has to be unpacked first. Each conversation is stored whole or not at
all; what is broken is left out and told, the rest goes on.

The file is stored while it arrives, and nothing of it twice: when it breaks off, send it again.`;

/** In a scope of its own, because here a body is read as it comes. */
export function importConversations(api: Api, services: Services): void {
  void api.register((scope, _options, done) => {
    takeFiles(scope.withTypeProvider<ZodTypeProvider>());
    addRoute(scope.withTypeProvider<ZodTypeProvider>(), services);
    done();
  });
}

function addRoute(api: Api, { answerFileOnce, conversationsOf }: Services): void {
  api.post(
    '/v1/conversations/import',
    {
      config: {
        access: 'conversations:write',
        problems: [ImportFormatError, ...idempotencyProblems],
        answerHeaders: { 200: ['idempotent-replayed'] },
      },
      schema: {
        operationId: 'importConversations',
        summary: 'Bring in conversations that another system exported',
        description: DESCRIPTION,
        tags: ['conversations'],
        consumes: FILE_TYPES,
        headers: idempotencyKeySchema,
        querystring: importQuerySchema,
        body: fileSchema,
        response: { 200: importReportSchema },
      },
    },
    async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const { format, takeErased } = request.query;
      await answerFileOnce(request, reply, request.body, async (file) => {
        const report = await bringIn(conversationsOf(request), file, { format, takeErased, signal: gone.signal });
        return { status: 200, body: toImportReport(report) };
      });
      return reply;
    },
  );
}

/** To the importer a file that is too large is one that can't be read to its end. */
async function bringIn(
  conversations: Conversations,
  ...[file, options]: Parameters<Conversations['importConversations']>
): Promise<ImportReport> {
  try {
    return await conversations.importConversations(file, options);
  } catch (error) {
    throw error instanceof ImportSourceError && error.cause instanceof PayloadTooLargeError ? error.cause : error;
  }
}
