import { z } from 'zod';
import type { ImportSource } from '../import/source.ts';
import { IMPORT_FORMATS } from '../import/imported.ts';
import type { ImportProgress } from '../import/report.ts';

function isImportSource(value: unknown): value is ImportSource {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

export const importSchema = z.strictObject({
  source: z.custom<ImportSource>(
    isImportSource,
    'must be the path of a file, or its content as a stream of bytes or text',
  ),
  options: z
    .strictObject({
      format: z.enum(['auto', ...IMPORT_FORMATS]).default('auto'),
      takeErased: z.boolean().default(false),
      onProgress: z
        .custom<(progress: ImportProgress) => void>((value) => typeof value === 'function', 'must be a function')
        .optional(),
      signal: z.custom<AbortSignal>((value) => value instanceof AbortSignal, 'must be an AbortSignal').optional(),
    })
    .prefault({}),
});
