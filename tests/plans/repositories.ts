import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Query } from '@keelson/db-core';

type AnyQuery = Query<never, unknown, 'tenant' | 'system'>;

const root = join(import.meta.dirname, '../..');

function isQuery(value: unknown): value is AnyQuery {
  return typeof value === 'object' && value !== null && 'build' in value && 'access' in value;
}

/** Every query of every repository in the workspace, by its name. */
export async function repositoryQueries(): Promise<readonly AnyQuery[]> {
  const paths = globSync('packages/*/src/**/*.repository.ts', { cwd: root }).sort();
  const modules = await Promise.all(
    paths.map((path) => import(pathToFileURL(join(root, path)).href) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((module) => Object.values(module).filter(isQuery));
}
