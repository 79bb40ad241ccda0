import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseEnv } from 'node:util';
import { configurationError } from './faults.ts';
import type { Environment } from './load.ts';

function readIfThere(path: string): string | undefined {
  try {
    // Some editors put a byte order mark first, which would become part of the first name.
    return readFileSync(path, 'utf8').replace(/^\u{FEFF}/u, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw configurationError([
      {
        name: path,
        message: `make it a file that this process may read (${error instanceof Error ? error.message : 'it cannot be read'})`,
      },
    ]);
  }
}

const ours = /^\s*(?:export\s+)?((?:DATABASE|MIGRATION|KEELSON)_[A-Z0-9_]+)/;

function parseFile(path: string, content: string): NodeJS.Dict<string> {
  const values = parseEnv(content);
  const faults = content.split('\n').flatMap((line, index) => {
    const name = ours.exec(line)?.[1];
    // Node passes over lines that it can't read; a setting lost like this would be hard to find.
    return name === undefined || name in values
      ? []
      : [{ name: `${path}:${index + 1}`, message: `write ${name}=value` }];
  });
  if (faults.length > 0) throw configurationError(faults);
  return values;
}

/**
 * The environment with what `.env` adds to it; where both have a name, the environment's value holds. The file is looked
 * for in KEELSON_HOME, or else in `cwd`; there need not be one.
 *
 * @throws ConfigurationError when the file is there and can't be read.
 * @example
 * ```ts
 * const config = loadConfig(readEnvironment());
 * ```
 */
export function readEnvironment({
  cwd = process.cwd(),
  env = process.env,
}: { readonly cwd?: string; readonly env?: Environment } = {}): Environment {
  const path = join(resolve(cwd, env['KEELSON_HOME']?.trim() ?? ''), '.env');
  const content = readIfThere(path);
  if (content === undefined) return { ...env };
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  return { ...parseFile(path, content), ...Object.fromEntries(set) };
}
