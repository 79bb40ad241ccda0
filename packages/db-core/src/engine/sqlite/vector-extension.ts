import Database from 'better-sqlite3';
import type { VectorExtension } from '../contract.ts';

export interface LoadableExtension {
  /** Undefined where it can't be loaded. */
  readonly path: string | undefined;
  readonly about: VectorExtension;
}

let found: Promise<LoadableExtension> | undefined;

/** sqlite-vec, where it is installed beside this package. Tried once in a process. */
export function findVectorExtension(): Promise<LoadableExtension> {
  found ??= find();
  return found;
}

async function find(): Promise<LoadableExtension> {
  try {
    const { getLoadablePath } = await import('sqlite-vec');
    const path = getLoadablePath();
    return { path, about: { name: 'sqlite-vec', version: versionOf(path), missing: null } };
  } catch (error) {
    return { path: undefined, about: { name: 'sqlite-vec', version: null, missing: whyNot(error) } };
  }
}

/** Loads it into a database of its own: an extension that doesn't fit this machine must not keep files from being opened. */
function versionOf(path: string): string {
  const database = new Database(':memory:');
  try {
    database.loadExtension(path);
    return String(database.prepare('SELECT vec_version()').pluck().get()).replace(/^v/, '');
  } finally {
    database.close();
  }
}

function whyNot(error: unknown): NonNullable<VectorExtension['missing']> {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  if (isMissing)
    return { message: 'The package sqlite-vec is not installed.', hint: 'Install it: `npm install sqlite-vec`.' };
  return {
    message: `The package sqlite-vec is installed and can't be loaded: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'Install it anew on this machine: `npm install sqlite-vec`. It has binaries for Linux, macOS and Windows.',
  };
}
