import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build, type OutputFile, type Plugin } from 'esbuild';
import { PROGRAMS, root } from './program.ts';

const builds = join(root, 'node_modules/.cache/programs');
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Builds what tests start as processes, once for the run: a program of a few files starts in a third of the time that its
 * thousand sources take, and the suite starts hundreds. It is put together from the sources as they are now.
 */
export async function setup(): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [
      'apps/cli/src/main.ts',
      'apps/api/src/main.ts',
      ...globSync('tests/**/*-process.ts', { cwd: root, exclude }),
    ],
    outdir: join(builds, 'draft'),
    outbase: root,
    // Node needn't look into them to see that they are modules.
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    conditions: ['keelson-source'],
    // CommonJS that ends up in a file of ES modules looks for it.
    banner: {
      js: `import { createRequire as madeHere } from 'node:module'; const require = madeHere(import.meta.url);`,
    },
    plugins: [asInstalled, whereTheyWere],
    logLevel: 'warning',
  });
  process.env[PROGRAMS] = keep(outputFiles);
}

/** Names the folder by what is in it: a build that is there already is used again, and its compiled code with it. */
function keep(files: readonly OutputFile[]): string {
  const hash = createHash('sha256');
  for (const { path, contents } of files) hash.update(`${path} ${contents.length}\n`).update(contents);
  const folder = join(builds, hash.digest('hex').slice(0, 16));
  mkdirSync(builds, { recursive: true });
  if (existsSync(folder)) return folder;
  removeOld();
  const draft = mkdtempSync(join(builds, 'draft-'));
  for (const { path, contents } of files) {
    const target = join(draft, relative(join(builds, 'draft'), path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, contents);
  }
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another run has just made the same.
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true });
  }
  return folder;
}

function removeOld(): void {
  for (const name of readdirSync(builds)) {
    const path = join(builds, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}

function exclude(path: string): boolean {
  return path.endsWith('node_modules');
}

/** What is taken in besides the workspace: plain JavaScript in many files, and what must share a copy of it. */
const takenIn = /^(@keelson\/|(kysely|zod|cockatiel|uuid|commander|pg|fastify-type-provider-zod)($|\/))/;

/** All other packages stay where they are installed: some look for files beside their own, or are no JavaScript. */
const asInstalled: Plugin = {
  name: 'as-installed',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === asInstalled || takenIn.test(path) || from.kind === 'entry-point') return undefined;
      const found = await resolve(path, { ...from, pluginData: asInstalled });
      // Neither Node's own modules nor optional packages that aren't there have a path.
      if (!isAbsolute(found.path)) return { path, external: true };
      return { path: from.kind === 'require-call' ? found.path : pathToFileURL(found.path).href, external: true };
    });
  },
};

/** Sources that ask where they lie are told where they lay. */
const whereTheyWere: Plugin = {
  name: 'where-they-were',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }));
  },
};
