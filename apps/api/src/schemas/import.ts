import { IMPORT_FORMATS, type ImportReport } from '@keelson/conversations';
import { z } from 'zod';
import { yesOrNoSchema } from './json.ts';

export const importQuerySchema = z.strictObject({
  format: z
    .enum(['auto', ...IMPORT_FORMATS])
    .default('auto')
    .describe('By default told by the file.'),
  takeErased: yesOrNoSchema(false).describe(
    'Also conversations that were erased here; otherwise they are left out and told.',
  ),
});

export const fileSchema = z
  .custom<AsyncIterable<Uint8Array>>(
    (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
    'must be a file',
  )
  .describe('The file, as it was exported: a list, an object, or one object a line. It may be compressed with gzip.');

export const importReportSchema = z
  .object({
    conversations: z.int().describe('Conversations of the file that are stored by now.'),
    messages: z.int().describe('Their messages in the file: those that are new and those that were there before.'),
    created: z.object({ conversations: z.int(), messages: z.int() }),
    duplicates: z.int().describe('Messages that were there before.'),
    failed: z.int().describe('Elements of the file that were left out.'),
    errors: z
      .array(
        z.object({
          line: z.int().exactOptional().describe('From 1.'),
          index: z.int().exactOptional().describe('From 0.'),
          code: z.string(),
          message: z.string(),
        }),
      )
      .describe('Why: the first hundred.'),
    errorsLeftOut: z.int(),
    replacedCharacters: z.int().describe('Characters that can not be stored, now U+FFFD.'),
    cutLinks: z.int().describe('Links between messages that led nowhere, or in a circle.'),
    unknownContent: z
      .array(z.object({ format: z.enum(IMPORT_FORMATS), kind: z.string(), count: z.int() }))
      .describe(
        'Kinds of content that the format is not known to have; kept whole, as `data` parts. The first hundred.',
      ),
    detailsLeftOut: z
      .int()
      .describe('Details of messages, and pictures and files in the text, that were too long to be kept.'),
    stopped: z.boolean().describe('It was stopped before the end of the file.'),
  })
  .meta({ id: 'ImportReport', description: 'What became of a file.' });

/** A body is one file: which one an error is of isn't said. */
export function toImportReport({
  errors,
  unknownContent,
  ...report
}: ImportReport): z.output<typeof importReportSchema> {
  const plain = errors.map((error) => {
    const { file: _, ...rest } = error;
    return rest;
  });
  return { ...report, errors: plain, unknownContent: [...unknownContent] };
}
