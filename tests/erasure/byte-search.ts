import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = 1 << 20;

/** The files at these paths, and in these folders, in which the bytes of a word are, however deep they lie. */
export function filesWith(word: string, ...paths: readonly string[]): string[] {
  const bytes = Buffer.from(word);
  return paths
    .filter((path) => existsSync(path))
    .flatMap((path) => (statSync(path).isDirectory() ? filesIn(path) : [path]))
    .filter((path) => hasBytes(path, bytes));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Block by block, each with the end of the one before it. */
function hasBytes(path: string, bytes: Buffer): boolean {
  const file = openSync(path, 'r');
  const block = Buffer.alloc(BLOCK + bytes.length);
  try {
    let kept = 0;
    for (;;) {
      const read = readSync(file, block, kept, BLOCK, null);
      if (read === 0) return false;
      const end = kept + read;
      if (block.subarray(0, end).includes(bytes)) return true;
      kept = Math.min(end, bytes.length - 1);
      block.copy(block, 0, end - kept, end);
    }
  } finally {
    closeSync(file);
  }
}
