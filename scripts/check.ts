/**
 * Everything that `pnpm check` looks at, through turbo, so that what has not changed since it last passed is not looked
 * at again. Goes on after a fault, so that one run names them all.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { readManifest, run, workspacePackages, workspaceRoot } from './workspace.ts';

const parts: Readonly<Record<string, string>> = {
  'check:types': 'types of every package (TypeScript)',
  'check:lint': 'lint, with types (oxlint)',
  'check:format': 'format (oxfmt)',
  'check:imports': 'imports inside and across packages, drivers, the system handle',
  'check:policy': 'one database: no other files, nobody else opens one (keelson policy check)',
  'check:dead-code': 'unused files, exports and dependencies (knip)',
  'check:package': 'packed packages: exports, types (publint, attw)',
  'check:generated': 'generated files are up to date',
  'check:changesets': 'changesets',
};

const faults: string[] = [];

// turbo passes over a package that lacks a script or a tag; that would be a part that is never checked.
const rootScripts = readManifest(workspaceRoot).scripts ?? {};
for (const part of Object.keys(parts)) {
  if (part !== 'check:package' && rootScripts[part] === undefined)
    faults.push(`package.json lacks the script ${part}.`);
}
for (const { path, folder, manifest } of workspacePackages()) {
  const needed = manifest.private === true ? ['check:types'] : ['build', 'check:types', 'check:package'];
  const missing = needed.filter((script) => manifest.scripts?.[script] === undefined);
  if (missing.length > 0)
    faults.push(`${path}/package.json lacks the scripts ${missing.join(', ')}; copy them from packages/db-core.`);
  const tag =
    path === 'packages/db-core'
      ? 'kernel'
      : path.startsWith('packages/')
        ? 'domain'
        : path.startsWith('apps/')
          ? 'app'
          : 'tests';
  const turbo = join(folder, 'turbo.json');
  const tags = existsSync(turbo) ? (JSON.parse(readFileSync(turbo, 'utf8')) as { tags?: string[] }).tags : undefined;
  if (tags?.includes(tag) !== true)
    faults.push(`${path}/turbo.json lacks the tag "${tag}", by which package boundaries are held.`);
}

if (run('turbo', ['boundaries'], { cwd: workspaceRoot }) !== 0) {
  faults.push('Package boundaries: apps use domain packages, these use db-core, and each says so in its package.json.');
}

const extra = process.argv.slice(2);
const options = ['--continue=dependencies-successful', '--output-logs=errors-only', '--concurrency=3', ...extra];
if (run('turbo', ['run', ...Object.keys(parts), ...options], { cwd: workspaceRoot }) !== 0) {
  faults.push('At least one part failed; its output is above.');
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error('check: FAILED');
  process.exitCode = 1;
} else {
  console.log(
    `check: passed\n${Object.values(parts)
      .map((part) => `  ${part}`)
      .join('\n')}\n  package boundaries (turbo)`,
  );
}
