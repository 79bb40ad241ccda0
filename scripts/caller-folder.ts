/**
 * Preloaded by the `keelson` scripts. pnpm runs a script in its package's folder; the paths that somebody types are
 * meant from the folder they are in. So go back there, and say where the workspace is, because its database and its
 * `.env` stay the same from every folder of a clone.
 */
import { dirname } from 'node:path';
import process from 'node:process';

process.env['KEELSON_HOME'] ??= dirname(import.meta.dirname);

const callerFolder = process.env['INIT_CWD'];
if (callerFolder !== undefined) {
  // Not for processes that this one starts: they have folders of their own.
  delete process.env['INIT_CWD'];
  process.chdir(callerFolder);
}
