import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { workspaceRoot } from './workspace.ts';

/** Files by their path from the workspace's root. */
export type GeneratedFiles = ReadonlyMap<string, string>;

export interface Generator {
  /** What it writes, for messages. */
  readonly name: string;
  /** Globs of files that are its own: one that it no longer writes is removed. */
  readonly owns: readonly string[];
  render(): Promise<GeneratedFiles>;
}

async function load(path: string): Promise<Record<string, () => unknown> | undefined> {
  const file = join(workspaceRoot, path);
  if (!existsSync(file)) return undefined;
  return (await import(pathToFileURL(file).href)) as Record<string, () => unknown>;
}

/** A generator whose module is still to come is left out; once the module is there it must work. */
function fromModule(name: string, owns: readonly string[], path: string, call: string, target?: string): Generator {
  return {
    name,
    owns,
    render: async () => {
      const module = await load(path);
      if (module === undefined) return new Map();
      const render = module[call];
      if (render === undefined) throw new Error(`${path} exports no ${call}().`);
      const result = await render();
      return target === undefined ? (result as GeneratedFiles) : new Map([[target, result as string]]);
    },
  };
}

export const generators: readonly Generator[] = [
  fromModule(
    'errors',
    ['docs/errors.md'],
    'packages/db-core/src/errors/render.ts',
    'renderErrorsMarkdown',
    'docs/errors.md',
  ),
  fromModule(
    'configuration',
    ['docs/configuration.md'],
    'packages/db-core/src/config/render.ts',
    'renderConfigurationMarkdown',
    'docs/configuration.md',
  ),
  fromModule(
    'schema',
    ['docs/schema.md', 'packages/db-core/src/schema/generated/*'],
    'packages/db-core/scripts/generate-types.ts',
    'generateSchemaFiles',
  ),
];
