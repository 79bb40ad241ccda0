import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ImportError, ImportFormatName, ImportOptions, ImportReport } from '@keelson/conversations';
import type { Database } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { progressLine } from '../progress-line.ts';

/** Something in the file was left out. */
const FINDINGS = 5;
/** Of a file in which nothing is a conversation. */
const SHOWN_ERRORS = 5;
const FORMATS = [
  'auto',
  'chatgpt',
  'keelson',
  'librechat',
  'openai',
  'openassistant',
  'openwebui',
  'sharegpt',
] as const satisfies readonly ('auto' | ImportFormatName)[];
type Format = (typeof FORMATS)[number];

export function addConversationsImport(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('import')
    .description(
      "bring in conversations that ChatGPT, Open WebUI, LibreChat or others exported; what is there already isn't stored twice",
    )
    .argument('<FILE>', 'the file, a ZIP archive or a folder that has it, or - for stdin')
    .option('--user <ID>', 'whose they become', 'default')
    .option('--format <FORMAT>', `${FORMATS.join(', ')} (default: told by the file)`)
    .option('--take-erased', 'also conversations that were erased here')
    .addHelpText(
      'after',
      examples(
        'keelson conversations import conversations.json --user ada',
        'keelson conversations import chatgpt-export.zip --user ada',
        'keelson conversations import chats.jsonl --format openai --user ada',
        'curl -s https://example.org/trees.jsonl.gz | keelson conversations import - --user ada --json',
      ),
    )
    .addHelpText(
      'after',
      document(
        '{"conversations","messages","created":{"conversations","messages"},"duplicates","failed",\n   "errors":[{"file"?,"line"?,"index"?,"code","message"}…],"errorsLeftOut","replacedCharacters","cutLinks",\n   "unknownContent":[{"format","kind","count"}…],"detailsLeftOut","stopped"}',
      ),
    )
    .addHelpText(
      'after',
      '\nIt takes JSON, also of 200 MB, and JSONL: ChatGPT (conversations.json), Open WebUI, LibreChat, OpenAssistant trees,\nShareGPT, OpenAI chat messages, and what keelson exported; compressed with gzip as well. Of a ZIP archive or a folder it takes\nconversations.json or conversations-000.json and so on, and every file of JSON where there is none of these.\nThe file itself shows which format it is; where it may be several, the error names them and --format decides.\n\nEach conversation is stored whole or not at all. What is broken is left out and told, the rest goes on; the command then\nends with 5. Mend the file and run it again: what is there is left as it is.\n\nNothing of a conversation is lost: kinds of content that a format is not known to have are kept as they are, and told; so is how\nmany pictures and other details were too long to be kept.\n\nConversations that were erased here, by themselves or with everything of their owner, are left out and told (ERASED_HERE):\n--take-erased brings them back.\n',
    )
    .action(async (file, { user, format, takeErased = false }) => {
      const chosen = formatOf(format);
      await useDatabase(context, { create: true, initialize: true }, async (database) => {
        const { output } = context;
        const report = await runImport(context, database, { file, user, format: chosen, takeErased });
        output.result(report, () => show(context, report));
        noteKept(context, report);
        if (report.failed > 0) {
          context.exitCode = FINDINGS;
          output.note(`Left out: ${plural(report.failed, 'conversation')}. The rest is kept. ${wayOn(report)}`);
        }
      });
    });
}

interface Work {
  readonly file: string;
  readonly user: string;
  readonly format: Format;
  readonly takeErased: boolean;
}

async function runImport(
  context: Context,
  database: Database,
  { file, user, format, takeErased }: Work,
): Promise<ImportReport> {
  const { Conversations, ImportFormatError } = await import('@keelson/conversations');
  const progress = progressLine(process.stderr);
  const options: ImportOptions = {
    format,
    takeErased,
    onProgress: ({ conversations, messages }) =>
      progress.show(() => `${plural(conversations, 'conversation')}, ${plural(messages, 'message')}`),
    signal: context.interrupt.signal,
  };
  try {
    return await new Conversations(database, user).importConversations(file === '-' ? process.stdin : file, options);
  } catch (error) {
    if (error instanceof ImportFormatError && !context.json) {
      const { errors = [] } = error.details as { errors?: readonly ImportError[] };
      noteErrors(context, errors.slice(0, SHOWN_ERRORS));
    }
    throw error;
  } finally {
    progress.clear();
  }
}

function wayOn({ errors, errorsLeftOut }: ImportReport): string {
  const isErased = errorsLeftOut === 0 && errors.every(({ code }) => code === 'ERASED_HERE');
  return isErased ? 'With --take-erased they come too.' : 'Mend the file and run this again.';
}

function formatOf(text: string | undefined): Format {
  if (text === undefined) return 'auto';
  const format = FORMATS.find((each) => each === text);
  if (format === undefined)
    throw new UsageError(`"${text}" is no format of a file.`, { hint: `Give one of ${FORMATS.join(', ')}.` });
  return format;
}

function show(
  { output }: Context,
  { conversations, messages, created, duplicates, failed, errors, errorsLeftOut }: ImportReport,
): void {
  output.list({
    'in the file': `${plural(conversations, 'conversation')}, ${plural(messages, 'message')}`,
    stored: `${plural(created.conversations, 'conversation')}, ${plural(created.messages, 'message')}`,
    'there before': plural(duplicates, 'message'),
    'left out': plural(failed, 'conversation'),
  });
  noteErrors({ output }, errors);
  if (errorsLeftOut > 0) output.note(`… and ${errorsLeftOut} more.`);
}

function noteKept({ output }: Context, { unknownContent, detailsLeftOut }: ImportReport): void {
  for (const { format, kind, count } of unknownContent)
    output.note(`${plural(count, 'piece')} of ${format} of the kind ${kind}, which is not known here: kept as data.`);
  if (detailsLeftOut > 0) output.note(`${plural(detailsLeftOut, 'detail')} too long to be kept, such as pictures.`);
}

function noteErrors({ output }: Pick<Context, 'output'>, errors: readonly ImportError[]): void {
  for (const { file, line, index, code, message } of errors) {
    const where = file === undefined ? '' : `${file}, `;
    output.note(`${where}${line === undefined ? `element ${index ?? '?'}` : `line ${line}`}: ${message} (${code})`);
  }
}
