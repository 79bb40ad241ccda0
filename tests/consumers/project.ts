import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');

const PACKAGES = {
  'db-core': 'packages/db-core',
  conversations: 'packages/conversations',
  api: 'apps/api',
  cli: 'apps/cli',
} as const;

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project that installs Keelson's packages as they would be published, and has nothing else of the workspace. */
export class ConsumerProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'keelson-consumer-'));

  /** Builds and packs the packages, and installs the tarballs. */
  async install(): Promise<void> {
    await this.#must(root, process.execPath, ['scripts/turbo.ts', 'run', 'build', '--output-logs=errors-only']);
    const tarballs = join(this.folder, 'tarballs');
    mkdirSync(tarballs);
    for (const path of Object.values(PACKAGES))
      await this.#must(join(root, path), 'pnpm', ['pack', '--pack-destination', tarballs]);
    const files = readdirSync(tarballs);
    const dependencies: Record<string, string> = {};
    for (const name of Object.keys(PACKAGES)) {
      const file = files.find((each) => each.startsWith(`keelson-${name}-`));
      if (file === undefined) throw new Error(`@keelson/${name} was not packed.`);
      dependencies[`@keelson/${name}`] = `file:./tarballs/${file}`;
    }
    // Packages that aren't in a registry yet have to be found by those that depend on them, too.
    this.write(
      'package.json',
      JSON.stringify({ private: true, type: 'module', dependencies, pnpm: { overrides: dependencies } }),
    );
    await this.#must(this.folder, 'pnpm', ['install', '--prefer-offline', '--ignore-scripts', '--no-lockfile']);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Runs a program in the project, and of it. */
  async run(program: string, args: readonly string[]): Promise<Finished> {
    return run(this.folder, program, args);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #must(folder: string, program: string, args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await run(folder, program, args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

async function run(folder: string, program: string, args: readonly string[]): Promise<Finished> {
  const { npm_config_user_agent: _, NODE_OPTIONS: __, ...inherited } = process.env;
  const env = {
    ...inherited,
    PATH: `${join(folder, 'node_modules/.bin')}${delimiter}${bin}${delimiter}${process.env['PATH'] ?? ''}`,
  };
  try {
    const { stdout, stderr } = await execute(program, args, { cwd: folder, env, maxBuffer: 1 << 26, timeout: 240_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code === 'number') return { code, stdout, stderr };
    throw error;
  }
}
