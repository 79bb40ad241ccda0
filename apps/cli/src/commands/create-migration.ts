import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { scaffoldMigration } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { document, examples } from '../help.ts';

const OWN_FOLDER = 'packages/db-core/migrations';

export function addCreateMigration(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('create-migration')
    .description(
      "write the file of the next migration: one of Keelson's own in a clone of it, elsewhere one of the application's",
    )
    .argument('<TEXT>', 'what it does, in words')
    .option('--folder <PATH>', "where an application's migrations are; made if need be")
    .option('--prefix <NAME>', "what an application's migrations begin with (default: app)")
    .addHelpText(
      'after',
      examples(
        'keelson create-migration "Add tags to conversations"',
        'keelson create-migration "Add invoices" --folder migrations --prefix shop',
      ),
    )
    .addHelpText('after', document('{"name","path","index"}'))
    .action((description, { folder, prefix }) => {
      const place = placeFor(context, { folder, prefix });
      const { name, path, content, indexPath, indexContent } = scaffoldMigration({ description, ...place });
      writeNew(path, content);
      writeFileSync(indexPath, indexContent);
      const { output } = context;
      output.result({ name, path, index: indexPath }, () => {
        output.line(`Wrote ${relative(process.cwd(), path)} and entered it in ${relative(process.cwd(), indexPath)}.`);
        if (folder === undefined) output.note('Write what it does, then run `pnpm generate` and `keelson migrate`.');
        else output.note('Write what it does, and hand the list to `openDatabase({ migrations })`.');
      });
    });
}

/** In a clone Keelson's own folder; with --folder an application's, whose migrations need a prefix. */
function placeFor(
  { environment }: Context,
  { folder, prefix }: { folder: string | undefined; prefix: string | undefined },
): { folder: string; prefix?: string } {
  if (folder !== undefined) {
    const path = resolve(folder);
    makeFolder(path);
    return { folder: path, prefix: prefix ?? 'app' };
  }
  if (prefix !== undefined)
    throw new UsageError("Keelson's own migrations have no prefix.", {
      hint: "Give --folder with --prefix, for an application's own.",
    });
  const own = findUpwards([environment['KEELSON_HOME'], process.cwd()]);
  if (own !== undefined) return { folder: own };
  throw new UsageError(`There is no ${OWN_FOLDER} here.`, {
    hint: "Give --folder: where this application's migrations are.",
  });
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${path} can't be a folder of migrations: ${reason}.`, {
      cause,
      hint: 'Give --folder a folder that can be written.',
    });
  }
}

function findUpwards(starts: readonly (string | undefined)[]): string | undefined {
  for (const start of starts) {
    for (
      let folder = start === undefined || start === '' ? undefined : resolve(start);
      folder !== undefined;
      folder = parentOf(folder)
    ) {
      const candidate = join(folder, OWN_FOLDER);
      if (existsSync(candidate) && statSync(candidate).isDirectory()) return candidate;
    }
  }
  return undefined;
}

function parentOf(folder: string): string | undefined {
  const parent = dirname(folder);
  return parent === folder ? undefined : parent;
}

function writeNew(path: string, content: string): void {
  try {
    writeFileSync(path, content, { flag: 'wx' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${path} can't be written: ${reason}.`, {
      cause,
      hint: 'Check the folder and its permissions.',
    });
  }
}
