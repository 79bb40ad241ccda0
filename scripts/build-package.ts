/**
 * Builds the package in the current folder into `dist`: JavaScript by tsup, declarations by TypeScript.
 * The entries are those of its `exports`, so there is no second list to keep.
 */
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { build } from 'tsup';
import { publishedEntries, readManifest, run, shown } from './workspace.ts';

/**
 * Dependencies that become part of the package, with their licences. Kysely's 250 files are half of what it takes to load
 * db-core; of them only what is used remains. It stays a dependency for its types.
 */
const bundled: readonly string[] = ['kysely'];

function keepLicences(): void {
  for (const name of bundled) {
    const licence = join(folder, 'node_modules', name, 'LICENSE');
    if (existsSync(licence)) cpSync(licence, join(folder, 'dist/licences', `${name}.txt`));
  }
}

const relativeImport = /((?:\bfrom|\bimport)\s*\(?\s*)(["'])(\.{1,2}\/[^"']+)\.ts\2/g;

/**
 * TypeScript leaves `.ts` in the imports of declarations, where a consumer finds the `.d.ts` by `.js`; and it writes a
 * declaration for every file, where a consumer needs those that the entries lead to.
 */
function tidyDeclarations(roots: readonly string[]): void {
  const reached = new Set(roots);
  for (const path of reached) {
    const text = readFileSync(path, 'utf8');
    for (const [, , , target] of text.matchAll(relativeImport)) reached.add(join(dirname(path), `${target}.d.ts`));
    writeFileSync(path, text.replaceAll(relativeImport, '$1$2$3.js$2'));
  }
  for (const file of globSync('dist/types/**/*.d.ts', { cwd: folder })) {
    if (!reached.has(join(folder, file))) rmSync(join(folder, file));
  }
}

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
  noExternal: [...bundled],
  silent: true,
});
keepLicences();

if (existsSync(join(folder, 'tsconfig.build.json'))) {
  const code = run('tsc', ['-p', 'tsconfig.build.json']);
  if (code !== 0) process.exit(code);
  // A program beside the entries has no declarations: nobody imports it.
  const declarations = entries.map((entry) => join(folder, 'dist/types', entry.replace(/\.ts$/, '.d.ts')));
  tidyDeclarations(declarations.filter((path) => existsSync(path)));
}

console.log(
  `${manifest.name}: built ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} into ${shown(join(folder, 'dist'))}`,
);
