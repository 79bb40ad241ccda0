/**
 * Writes what is generated from the code, or with `--check` tells what of it is out of date.
 * A new generator is one entry in `generators`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { generators } from './generators.ts';
import { workspaceRoot } from './workspace.ts';

const check = process.argv.includes('--check');
const outdated: string[] = [];
let count = 0;
let changesCode = false;

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** The first line on which two texts differ, for a message. */
function firstDifference(before: string, after: string): string {
  const old = before.split('\n');
  const fresh = after.split('\n');
  const line = fresh.findIndex((text, index) => text !== old[index]);
  const at = line === -1 ? fresh.length : line;
  return `line ${at + 1}: is ${JSON.stringify(old[at] ?? '(end)')}, should be ${JSON.stringify(fresh[at] ?? '(end)')}`;
}

for (const generator of generators) {
  const files = await generator.render();
  if (files.size === 0) throw new Error(`The generator of ${generator.name} gave no files.`);

  for (const [file, text] of files) {
    count += 1;
    const path = join(workspaceRoot, file);
    const before = read(path);
    if (before === text) continue;
    outdated.push(`${file} (${before === undefined ? 'missing' : firstDifference(before, text)})`);
    if (check) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    changesCode ||= file.endsWith('.ts');
  }

  for (const file of globSync([...generator.owns], { cwd: workspaceRoot })) {
    const name = file.replaceAll('\\', '/');
    if (files.has(name)) continue;
    outdated.push(`${name} (nothing generates it any more)`);
    if (!check) rmSync(join(workspaceRoot, name));
  }

  if (changesCode) {
    // What comes next is made from code that this process has loaded as it was: another one goes on.
    const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      stdio: 'inherit',
    });
    console.log(`Before that, ${generator.name}: ${outdated.join('\n  ')}`);
    process.exit(status ?? 1);
  }
}

if (!check) {
  console.log(`Generated ${count} files; ${outdated.length} changed.${outdated.map((line) => `\n  ${line}`).join('')}`);
} else if (outdated.length > 0) {
  console.error(`Out of date:${outdated.map((line) => `\n  ${line}`).join('')}\nRun: npx --yes pnpm@10.34.8 generate`);
  process.exitCode = 1;
} else {
  console.log(`${count} generated files are up to date.`);
}
