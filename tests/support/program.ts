import { join, relative } from 'node:path';
import process from 'node:process';

export const root = join(import.meta.dirname, '../..');

/** Names the folder with what `build-programs.ts` built for this run. */
export const PROGRAMS = 'KEELSON_TEST_PROGRAMS';

/** What to start instead of a source file: the same, built for this run. */
export function programOf(source: string): string {
  const folder = process.env[PROGRAMS];
  if (folder === undefined)
    throw new Error("Tests that start processes need `globalSetup: ['tests/support/build-programs.ts']`.");
  return join(folder, relative(root, source).replace(/\.ts$/, '.mjs'));
}
