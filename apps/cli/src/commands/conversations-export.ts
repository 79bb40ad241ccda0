import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { ConversationExport, ExportFormat, ExportOptions } from '@keelson/conversations';
import type { Context } from '../context.ts';
import { readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { progressLine } from '../progress-line.ts';
import { assertPlace, writeFileWhole } from '../whole-file.ts';

const FORMATS = ['json', 'ndjson', 'markdown', 'pdf'] as const satisfies readonly ExportFormat[];
const BRANCHES = ['active', 'all'] as const satisfies readonly ExportOptions['branches'][];

export function addConversationsExport(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('export')
    .description("hand out one conversation, or all of a user's, as JSON, NDJSON, Markdown or PDF")
    .argument('[ID]', 'its id; without one, all')
    .option('--all', 'all of them (the same as no ID)')
    .option('--user <ID>', 'whose', 'default')
    .option('--format <FORMAT>', FORMATS.join(', '), 'json')
    .option('--branches <WHICH>', 'of Markdown and PDF: active (the branch in use), or all', 'active')
    .option(
      '--font <FILE>',
      'of PDF: a font for what DejaVu lacks, such as Noto Sans SC for Chinese; may be repeated',
      (file: string, files: readonly string[] | undefined) => [...(files ?? []), file],
    )
    .option('--output <FILE>', 'write into a file instead of stdout; PDF needs one')
    .option('--overwrite', 'replace the file if there is one')
    .addHelpText(
      'after',
      examples(
        'keelson conversations export 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --user ada',
        'keelson conversations export --all --user ada --format ndjson --output ada.ndjson',
        'keelson conversations export 019aa6c0-4c5e-7d3a-8f00-3f1f6f1b2a10 --format pdf --output chat.pdf',
      ),
    )
    .addHelpText('after', document('{"file","format","conversations","messages","missingCharacters":["…"…]}'))
    .addHelpText(
      'after',
      '\nThis is with --output. On stdout is the export itself; as JSON, one conversation is {"format","conversation":{…},\n"messages":[…]}, all are {"items":[the same…]}. What comes as JSON or NDJSON can be imported again, and is the same then.\nThe file appears when it is complete, not before.\n',
    )
    .action(async (id, given) => {
      const { output: file, user } = given;
      const options = optionsOf(id, given);
      if (file !== undefined) await assertPlace(file, { overwrite: given.overwrite === true });
      await useDatabase(context, { create: false }, async (database) => {
        const conversations = await readConversations(database, user);
        const { signal } = context.interrupt;
        const exported =
          id === undefined
            ? conversations.exportConversations({ ...options, signal })
            : await conversations.exportConversation(id, { ...options, signal });
        if (file === undefined) await toStdout(context, exported);
        else await toFile(context, exported, { file, options, overwrite: given.overwrite === true });
      });
    });
}

interface Given {
  readonly all?: true | undefined;
  readonly format: string;
  readonly branches: string;
  readonly font?: readonly string[] | undefined;
  readonly output?: string | undefined;
}

function optionsOf(id: string | undefined, { all, format, branches, font = [], output }: Given): ExportOptions {
  const options = {
    format: oneOf(FORMATS, format, '--format'),
    branches: oneOf(BRANCHES, branches, '--branches'),
    fonts: font,
  };
  if (id !== undefined && all === true)
    throw new UsageError('An ID and --all contradict each other.', { hint: 'Give one of them.' });
  if (font.length > 0 && options.format !== 'pdf')
    throw new UsageError('--font is of use for PDF only.', { hint: 'Leave it out, or add --format pdf.' });
  if (options.format === 'pdf' && output === undefined)
    throw new UsageError('PDF is not for stdout.', { hint: 'Say where it shall go: --output FILE.' });
  return options;
}

function oneOf<Name extends string>(names: readonly Name[], given: string, option: string): Name {
  const name = names.find((each) => each === given);
  if (name === undefined)
    throw new UsageError(`${option} can't be "${given}".`, { hint: `Give one of ${names.join(', ')}.` });
  return name;
}

async function toStdout({ output }: Context, { chunks }: ConversationExport): Promise<void> {
  for await (const chunk of chunks) await output.piece(chunk);
}

interface Target {
  readonly file: string;
  readonly options: ExportOptions;
  readonly overwrite: boolean;
}

async function toFile(
  { output }: Context,
  exported: ConversationExport,
  { file, options, overwrite }: Target,
): Promise<void> {
  const progress = progressLine(process.stderr);
  try {
    await writeFileWhole(
      file,
      (async function* shown() {
        for await (const chunk of exported.chunks) {
          const { conversations, messages } = exported.progress();
          progress.show(() => `${plural(conversations, 'conversation')}, ${plural(messages, 'message')}`);
          yield chunk;
        }
      })(),
      { overwrite },
    );
  } finally {
    progress.clear();
  }
  const counts = exported.progress();
  output.result({ file, format: options.format, ...counts }, () =>
    output.line(
      `Wrote ${plural(counts.conversations, 'conversation')} with ${plural(counts.messages, 'message')} to ${file}.`,
    ),
  );
  const missing = counts.missingCharacters.length;
  if (missing > 0)
    output.warn(`No font has ${plural(missing, 'character')} of it; its end names them, and --font FILE gives a font.`);
}
