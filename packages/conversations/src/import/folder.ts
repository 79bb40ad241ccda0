import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ImportFormatError } from '../errors.ts';
import { sourceError } from './source-bytes.ts';

/** ChatGPT's exports: one file, or, when it would be large, several that are numbered. */
const CHATGPT = /^conversations(?:-\d+)?\.json$/u;
const ANY = /\.(?:json|jsonl|ndjson)(?:\.gz)?$/iu;

/**
 * Which files of a folder or an archive hold conversations. ChatGPT's stand among others (its users, ratings, pictures), and
 * are known by their names; where there are none, every file of JSON is one.
 */
export function chosenFiles<File extends { readonly name: string }>(files: readonly File[]): readonly File[] {
  // Archives made on a Mac have a twin of each file there.
  const candidates = files.filter(({ name }) => !name.startsWith('__MACOSX/') && !basename(name).startsWith('.'));
  const chatgpt = candidates.filter(({ name }) => CHATGPT.test(basename(name)));
  const chosen = chatgpt.length > 0 ? chatgpt : candidates.filter(({ name }) => ANY.test(name));
  if (chosen.length === 0)
    throw new ImportFormatError('There is no file of conversations in it.', {
      hint: 'Give an archive or a folder that has conversations.json, or other files of JSON, JSONL or NDJSON.',
    });
  return chosen.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** The files of conversations in a folder; those of folders inside it aren't looked for. */
export async function filesOf(folder: string): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw sourceError(error);
  });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => ({ name, path: join(folder, name) }));
  return chosenFiles(files);
}
