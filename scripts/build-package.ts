/**
 * Builds the package in the current folder into `dist`: JavaScript by tsup, declarations by TypeScript.
 * The entries are those of its `exports`, so there is no second list to keep.
 */
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'tsup';
import { publishedEntries, readManifest, run, shown } from './workspace.ts';

const folder = process.cwd();
const manifest = readManifest(folder);
const entries = publishedEntries(folder, manifest);
if (entries.length === 0) throw new Error(`${manifest.name} has neither exports nor src/main.ts: nothing to build.`);
const missing = entries.filter((entry) => !existsSync(join(folder, entry)));
if (missing.length > 0) throw new Error(`${manifest.name} exports files that do not exist: ${missing.join(', ')}`);

rmSync(join(folder, 'dist'), { recursive: true, force: true });

await build({
  config: false,
  entry: Object.fromEntries(entries.map((entry) => [entry.replace(/^src\//, '').replace(/\.ts$/, ''), entry])),
  format: 'esm',
  platform: 'node',
  target: 'node22',
  outDir: 'dist',
  dts: false,
  sourcemap: true,
  splitting: true,
  silent: true,
});

if (existsSync(join(folder, 'tsconfig.build.json'))) {
  const code = run('tsc', ['-p', 'tsconfig.build.json']);
  if (code !== 0) process.exit(code);
  // TypeScript leaves `.ts` in the imports of declarations; a consumer finds the `.d.ts` by `.js`.
  for (const file of globSync('dist/types/**/*.d.ts', { cwd: folder })) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll(/((?:\bfrom|\bimport)\s*\(?\s*)(["'])(\.{1,2}\/[^"']+)\.ts\2/g, '$1$2$3.js$2'));
  }
}

console.log(
  `${manifest.name}: built ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} into ${shown(join(folder, 'dist'))}`,
);
