import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import process from 'node:process';

export const workspaceRoot = dirname(import.meta.dirname);

/** What the scripts read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

export interface WorkspacePackage {
  /** Absolute. */
  readonly folder: string;
  /** From the workspace's root, with slashes. */
  readonly path: string;
  readonly manifest: Manifest;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Every package of the workspace but its root. */
export function workspacePackages(): readonly WorkspacePackage[] {
  const groups = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(workspaceRoot, group)).map((name) => `${group}/${name}`),
  );
  return [...groups, 'tests']
    .map((path) => ({ path, folder: join(workspaceRoot, path) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')))
    .map(({ path, folder }) => ({ path, folder, manifest: readManifest(folder) }));
}

/** Source files that a package publishes, from its `exports` and, for a program, `src/main.ts`. */
export function publishedEntries(folder: string, manifest: Manifest): readonly string[] {
  const entries = Object.values(manifest.exports ?? {})
    .map((target) => (typeof target === 'string' ? undefined : target['keelson-source']))
    .filter((source) => source !== undefined)
    .map((source) => source.replace(/^\.\//, ''));
  if (manifest.bin !== undefined && existsSync(join(folder, 'src/main.ts'))) entries.push('src/main.ts');
  return entries;
}

/** A path as messages show it: from the workspace's root, with slashes. */
export function shown(path: string): string {
  return relative(workspaceRoot, path).replaceAll('\\', '/');
}

interface RunOptions {
  readonly cwd?: string;
  /** Leaves out what the program prints on stdout. */
  readonly quiet?: boolean;
}

/**
 * Runs a program of the workspace's `node_modules/.bin` (or of PATH) and gives its exit code.
 * Its output is this process's output.
 */
export function run(program: string, args: readonly string[], options: RunOptions = {}): number {
  const bin = join(workspaceRoot, 'node_modules', '.bin');
  const result = spawnSync(program, args, {
    cwd: options.cwd ?? process.cwd(),
    stdio: ['inherit', options.quiet === true ? 'ignore' : 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
    },
  });
  if (result.error !== undefined) throw new Error(`${program} could not be started.`, { cause: result.error });
  return result.status ?? 1;
}
