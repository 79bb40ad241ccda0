import { setImmediate } from 'node:timers/promises';
import { ConflictError, IntegrityError, type KeelsonError, NotFoundError, ValidationError } from '@keelson/db-core';
import { ImportFormatError } from '../errors.ts';
import type { Destination } from './erased.ts';
import { isFields } from './fields.ts';
import { formatsOf, type Importable } from './formats.ts';
import { Cleaner, ImportFault, type ImportFormatName } from './imported.ts';
import { readArray } from './json-array.ts';
import type { Element } from './json-elements.ts';
import { readDocument, readLines } from './json-lines.ts';
import { type ImportProgress, type ImportReport, Tally } from './report.ts';
import { type ImportSource, type OpenedSource, openSources } from './source.ts';

const MAX_ELEMENT_BYTES = 128 * 1024 * 1024;

export interface ImportOptions {
  /** Default `auto`: told by each element's shape. */
  readonly format?: 'auto' | ImportFormatName;
  /** Default false: conversations that were erased here are left out, and reported. */
  readonly takeErased?: boolean;
  /** Called after each conversation. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops before the next conversation; what is stored stays, and the same import again goes on from there. */
  readonly signal?: AbortSignal;
}

interface Given {
  readonly format: 'auto' | ImportFormatName;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a file element by element and stores each conversation in a transaction of its own. */
export async function importConversations(
  to: Destination,
  source: ImportSource,
  { format, onProgress, signal }: Given,
): Promise<ImportReport> {
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
      const found = formatsOf(element.value, format);
      const [only, ...others] = found;
      recognised ||= only !== undefined && others.length === 0;
      if (only === undefined) tally.failed(element.place, 'NOT_A_CONVERSATION', strangerText(element.value));
      else if (others.length > 0)
        tally.failed(element.place, 'AMBIGUOUS_FORMAT', `may be ${listed(found)}; say which by the format`);
      else await importElement(to, { element, format: only, tally });
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
        ...(first?.code === 'AMBIGUOUS_FORMAT' ? { hint: 'Name the format: `--format`, or the option `format`.' } : {}),
      },
    );
  }
  return report;
}

async function* elementsOf(source: ImportSource): AsyncGenerator<Element> {
  for await (const { file, ...opened } of openSources(source)) {
    for await (const element of elementsIn(opened)) {
      const each = inner(element);
      yield* file === undefined ? each : each.map((one) => ({ ...one, place: { ...one.place, file } }));
    }
  }
}

function elementsIn({ container, chunks }: Omit<OpenedSource, 'file'>): AsyncGenerator<Element> {
  const options = { maxElementBytes: MAX_ELEMENT_BYTES };
  if (container === 'lines') return readLines(chunks, options);
  if (container === 'document') return readDocument(chunks, options);
  return readArray(chunks, { ...options, wrapped: container === 'wrapped-array' });
}

/** Some tools put ChatGPT's list into an object: then its members are meant. */
function inner(element: Element): readonly Element[] {
  if (!('value' in element) || !isFields(element.value)) return [element];
  const { conversations } = element.value;
  if (!Array.isArray(conversations) || !isFields(conversations[0]) || !isFields(conversations[0].mapping))
    return [element];
  return conversations.map((value: unknown, index) => ({ ...element, place: { index }, value }));
}

/** Says of what is of no format what it seems to be. */
function strangerText(value: unknown): string {
  if (isFields(value)) {
    if (typeof value.message_tree_id === 'string' && typeof value.text === 'string')
      return 'is a single message of OpenAssistant: its export of trees has the conversations';
    if (typeof (value.role ?? value.from) === 'string')
      return 'is a single message: put the messages of a conversation into {"messages": […]}';
  }
  return 'is of no format that can be imported';
}

function listed(formats: readonly Importable[]): string {
  return formats.map(({ name }) => name).join(' or ');
}

interface Work {
  readonly element: Element & { readonly value: unknown };
  readonly format: Importable;
  readonly tally: Tally;
}

async function importElement(to: Destination, { element, format, tally }: Work): Promise<void> {
  const cleaner = new Cleaner();
  try {
    const { stored, cutLinks } = await format.bring(to, element.value, cleaner);
    const { leftOut, unknownKinds } = cleaner;
    const replaced = element.replaced + cleaner.replaced;
    tally.stored(stored, { format: format.name, replaced, cutLinks, leftOut, unknownKinds });
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
