import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { workspacePackages, workspaceRoot } from './workspace.ts';

/** Texts by the path of their file, from the workspace's root. */
export type GeneratedFiles = ReadonlyMap<string, string>;

export interface Generator {
  /** What it writes, for messages. */
  readonly name: string;
  /** Globs of files that are its own: one that it no longer writes is removed. */
  readonly owns: readonly string[];
  render(): Promise<GeneratedFiles>;
}

/** One file whose text comes from one function. */
function oneFile(name: string, path: string, render: () => Promise<string>): Generator {
  return { name, owns: [path], render: async () => new Map([[path, await render()]]) };
}

/** The errors of a package enter the catalogue when it is loaded. */
async function loadEveryPackage(): Promise<void> {
  for (const { folder, manifest } of workspacePackages()) {
    const main = manifest.exports?.['.'];
    if (main === undefined || typeof main === 'string') continue;
    const source = main['keelson-source'];
    if (source === undefined) throw new Error(`${manifest.name} exports "." without the condition keelson-source.`);
    await import(pathToFileURL(join(folder, source)).href);
  }
}

/** The SQL of every query on both engines, by the name of its package. */
async function queryTexts(): Promise<ReadonlyMap<string, string>> {
  const { renderQueries } = await import('../packages/db-core/src/database/render.ts');
  const texts = new Map<string, string>();
  for (const { folder, manifest } of workspacePackages()) {
    const repositories = globSync('src/**/*.repository.ts', { cwd: folder }).sort();
    if (repositories.length === 0) continue;
    const modules = await Promise.all(
      repositories.map((path) => import(pathToFileURL(join(folder, path)).href) as Promise<Record<string, unknown>>),
    );
    texts.set(manifest.name.replace('@keelson/', ''), renderQueries(modules));
  }
  return texts;
}

export const generators: readonly Generator[] = [
  {
    name: 'schema',
    owns: ['docs/schema.md', 'packages/db-core/src/schema/generated/*'],
    render: async () => {
      const { generateSchemaFiles } = await import('../packages/db-core/scripts/generate-types.ts');
      return await generateSchemaFiles();
    },
  },
  {
    name: 'queries',
    owns: ['docs/sql/*.sql'],
    render: async () => {
      const texts = await queryTexts();
      return new Map([...texts].map(([name, text]) => [`docs/sql/${name}.sql`, text]));
    },
  },
  {
    // What this build runs, and what the build before the latest migration ran: its test shows that both fit the schema.
    name: 'kept queries',
    owns: ['tests/compatibility/sql/*.sql'],
    render: async () => {
      const { migrations } = await import('../packages/db-core/migrations/index.ts');
      const pathOf = (migration: string): string => `tests/compatibility/sql/${migration}.sql`;
      const names = migrations.map(({ name }) => name);
      const earlier = names.slice(0, -1).findLast((name) => existsSync(join(workspaceRoot, pathOf(name))));
      const files = new Map([[pathOf(names.at(-1) ?? 'none'), [...(await queryTexts()).values()].join('\n')]]);
      if (earlier !== undefined) files.set(pathOf(earlier), readFileSync(join(workspaceRoot, pathOf(earlier)), 'utf8'));
      return files;
    },
  },
  oneFile('configuration', 'docs/configuration.md', async () => {
    const { renderConfigurationMarkdown } = await import('../packages/db-core/src/config/render.ts');
    return renderConfigurationMarkdown();
  }),
  oneFile('OpenAPI', 'docs/openapi.json', async () => {
    await loadEveryPackage();
    const { renderOpenApi } = await import('../apps/api/src/openapi.ts');
    return await renderOpenApi();
  }),
  oneFile('metrics', 'docs/metrics.md', async () => {
    const { renderMetricsMarkdown } = await import('../packages/db-core/src/metrics/render.ts');
    return renderMetricsMarkdown();
  }),
  oneFile('errors', 'docs/errors.md', async () => {
    await loadEveryPackage();
    // The command line's are loaded without it, and last, because the API answers with none of them.
    await import('../apps/cli/src/errors.ts');
    const { renderErrorsMarkdown } = await import('../packages/db-core/src/errors/render.ts');
    return renderErrorsMarkdown();
  }),
];
