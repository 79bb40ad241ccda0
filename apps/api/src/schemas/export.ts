import type { Readable } from 'node:stream';
import { BRANCHES, EXPORT_FORMAT, EXPORT_FORMATS } from '@keelson/conversations';
import { z } from 'zod';
import { conversationSchema } from './conversation.ts';
import { messageSchema } from './message.ts';

const exportedMessageSchema = messageSchema
  .extend({ requestPart: z.int().describe('Tells several messages of one role and request apart.') })
  .meta({ id: 'ExportedMessage', description: 'A message with all that is needed to import it again.' });

export const documentSchema = z
  .object({
    format: z.literal(EXPORT_FORMAT),
    conversation: conversationSchema,
    messages: z.array(exportedMessageSchema).describe('All of them, by `seq`.'),
  })
  .meta({ id: 'ConversationDocument', description: 'A whole conversation. The same one always gives the same text.' });

export const exportQuerySchema = z.strictObject({
  format: z.enum(EXPORT_FORMATS).default('json').describe('`json` and `ndjson` can be imported again.'),
  branches: z
    .enum(BRANCHES)
    .default('active')
    .describe('Of `markdown` and `pdf`: the branch in use, or all messages. The others always have all.'),
});

/** What is sent is a stream; a schema can only say what comes out of it. */
const streamSchema = z.string().meta({ format: 'binary' }) as unknown as z.ZodType<Readable>;

/** The answer of an export: as JSON of the schema, and in the other formats. */
export function exportAnswer<Json extends z.ZodType>(
  description: string,
  { json, lines }: { json: Json; lines: string },
) {
  return {
    description,
    content: {
      'application/json': { schema: json },
      'application/x-ndjson': { schema: z.string().describe(lines) },
      'text/markdown': { schema: z.string() },
      'application/pdf': { schema: streamSchema },
    },
  };
}
