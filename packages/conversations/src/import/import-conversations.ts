import { setImmediate } from 'node:timers/promises';
import {
  ConflictError,
  IntegrityError,
  type KeelsonError,
  NotFoundError,
  type UserHandle,
  ValidationError,
} from '@keelson/db-core';
import { ImportFormatError } from '../errors.ts';
import { chatgpt } from './chatgpt.ts';
import { Cleaner, ImportFault, type ImportFormat } from './imported.ts';
import { readArray } from './json-array.ts';
import type { Element } from './json-elements.ts';
import { readLines } from './json-lines.ts';
import { openassistant } from './openassistant.ts';
import { type ImportProgress, type ImportReport, Tally } from './report.ts';
import { type ImportSource, openSource } from './source.ts';
import { storeConversation } from './store.ts';

const FORMATS: readonly ImportFormat[] = [chatgpt, openassistant];
const MAX_ELEMENT_BYTES = 128 * 1024 * 1024;

export interface ImportOptions {
  /** Default `auto`: told by each element's shape. */
  readonly format?: 'auto' | ImportFormat['name'];
  /** Called after each conversation. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops before the next conversation; what is stored stays, and the same import again goes on from there. */
  readonly signal?: AbortSignal;
}

interface Given {
  readonly format: 'auto' | ImportFormat['name'];
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a file element by element and stores each conversation in a transaction of its own. */
export async function importConversations(
  user: UserHandle,
  source: ImportSource,
  { format, onProgress, signal }: Given,
): Promise<ImportReport> {
  const formats = format === 'auto' ? FORMATS : FORMATS.filter(({ name }) => name === format);
  const tally = new Tally();
  let recognised = false;
  let stopped = signal?.aborted ?? false;
  for await (const element of stopped ? [] : elementsOf(source)) {
    if (signal?.aborted === true) {
      stopped = true;
      break;
    }
    if ('fault' in element) tally.failed(element.place, element.fault.code, element.fault.message);
    else {
      const found = formats.find((each) => each.recognises(element.value));
      recognised ||= found !== undefined;
      if (found === undefined)
        tally.failed(element.place, 'NOT_A_CONVERSATION', 'is of no format that can be imported');
      else await importElement(user, { element, format: found, tally });
    }
    onProgress?.(tally.progress);
    // SQLite answers at once; without a pause nothing else of the process would get its turn until the file's end.
    await setImmediate();
  }
  const report = tally.report(stopped);
  if (!recognised && report.failed > 0 && !stopped) {
    const [first] = report.errors;
    const where = first === undefined ? '' : ` The first fault: ${first.message}.`;
    throw new ImportFormatError(
      `Nothing in the file is a conversation${format === 'auto' ? '' : ` of the format ${format}`}.${where}`,
      {
        details: { errors: report.errors, errorsLeftOut: report.errorsLeftOut },
      },
    );
  }
  return report;
}

async function* elementsOf(source: ImportSource): AsyncGenerator<Element> {
  const { container, chunks } = await openSource(source);
  const options = { maxElementBytes: MAX_ELEMENT_BYTES };
  yield* container === 'array' ? readArray(chunks, options) : readLines(chunks, options);
}

interface Work {
  readonly element: Element & { readonly value: unknown };
  readonly format: ImportFormat;
  readonly tally: Tally;
}

async function importElement(user: UserHandle, { element, format, tally }: Work): Promise<void> {
  const cleaner = new Cleaner();
  try {
    const imported = format.convert(element.value, cleaner);
    const stored = await storeConversation(user, imported);
    tally.stored(stored, { replaced: element.replaced + cleaner.replaced, cutLinks: imported.cutLinks });
  } catch (error) {
    if (!isOwnFault(error)) throw error;
    tally.failed(element.place, error.code, error.message);
  }
}

/** Is it this conversation that can't be imported, and not the database that fails? */
function isOwnFault(error: unknown): error is ImportFault | KeelsonError {
  return [ImportFault, ConflictError, IntegrityError, NotFoundError, ValidationError].some(
    (kind) => error instanceof kind,
  );
}
