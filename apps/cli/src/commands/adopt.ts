import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { adopt, type AdoptedFile, type AdoptedTable, type AdoptionReason, type AdoptProgress } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';

/** Rows were refused that the systems' own adopters would have taken. */
const FINDINGS = 5;
/** Refused by design: secrets, and what was erased here. */
const NEVER_TAKEN = ['NOT_TAKEN', 'ERASED'];

export function addAdopt(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('adopt')
    .description(
      'bring in the SQLite files of the systems that this replaces; what is there already is not stored twice',
    )
    .argument('<FILE...>', 'one or more files; tables of one system may be scattered over several')
    .option('--user <ID>', 'whose the rows become that name no user', 'default')
    .addHelpText(
      'after',
      examples('keelson adopt organic-fishstick.db', 'keelson adopt chats.db users.db --user ada --json'),
    )
    .addHelpText(
      'after',
      document(
        '{"files":[{"file","system","tables":[{"name","read","adopted","alreadyThere","refused",\n   "reasons":[{"code","message","rows","examples":[…]}…],"notes":[…]}…]}…]}',
      ),
    )
    .addHelpText(
      'after',
      '\nFiles are only read, never changed. All of them are checked before the first row is stored, and each is adopted wholly or\nnot at all. Secrets (sessions, credentials) are never taken, and what was erased here is not brought back. It ends with 5 when rows were refused for other reasons: mend\nthem there and run it again.\n\nSystems that are known: organic-fishstick-RAG (conversations, messages, users).\n',
    )
    .action(async (files, { user }) => {
      const { conversationsAdopter } = await import('@keelson/conversations');
      await useDatabase(context, { create: true, initialize: true }, async (database) => {
        const progress = progressLine();
        try {
          const report = await adopt(database, {
            files,
            adopters: [conversationsAdopter],
            user,
            onProgress: progress.show,
            signal: context.interrupt.signal,
          });
          progress.clear();
          context.output.result(report, () => show(context, report.files));
          if (report.files.some(hasFindings)) context.exitCode = FINDINGS;
        } finally {
          progress.clear();
        }
      });
    });
}

function hasFindings({ tables }: AdoptedFile): boolean {
  return tables.some(({ reasons }) => reasons.some(({ code }) => !NEVER_TAKEN.includes(code)));
}

function show({ output }: Context, files: readonly AdoptedFile[]): void {
  for (const one of files) {
    const { file, tables } = one;
    output.line(output.paint('bold', `${file} (${one.system})`));
    output.table(
      ['table', 'read', 'adopted', 'already there', 'refused'],
      tables.map(({ name, read, adopted, alreadyThere, refused }) => [name, read, adopted, alreadyThere, refused]),
    );
    for (const table of tables) showRemarks({ output }, table);
    output.line();
  }
}

function showRemarks({ output }: Pick<Context, 'output'>, { name, reasons, notes }: AdoptedTable): void {
  const line = (kind: string, { message, rows, examples, code }: AdoptionReason): void => {
    const which = examples.length === 0 ? '' : `: ${examples.join(', ')}${rows > examples.length ? ', …' : ''}`;
    output.note(`${name}, ${kind} ${plural(rows, 'row')}: ${message} (${code})${which}`);
  };
  for (const reason of reasons) line('refused', reason);
  for (const note of notes) line('of', note);
}

const EVERY_MS = 100;

/** One line that is written over, on a terminal only. */
function progressLine(): { show: (progress: AdoptProgress) => void; clear: () => void } {
  const { stderr } = process;
  let last = 0;
  return {
    show: ({ file, rows }) => {
      if (!stderr.isTTY || Date.now() - last < EVERY_MS) return;
      last = Date.now();
      stderr.write(`\r\u{1B}[K${file}: ${plural(rows, 'row')} looked at`);
    },
    clear: () => {
      if (last > 0) stderr.write('\r\u{1B}[K');
      last = 0;
    },
  };
}
