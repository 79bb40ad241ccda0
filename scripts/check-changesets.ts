/**
 * Every changeset names packages that exist, and a branch that changes a package says so in a changeset.
 * The second half needs the base branch; a clone that has only one commit checked out goes without it.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { run, workspacePackages, workspaceRoot } from './workspace.ts';

const names = new Set(
  workspacePackages()
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ manifest }) => manifest.name),
);
const faults: string[] = [];

for (const file of globSync('.changeset/*.md', { cwd: workspaceRoot })) {
  if (file.endsWith('README.md')) continue;
  const [, front, text] = /^---\n(.*?)\n?---\n(.*)$/s.exec(readFileSync(join(workspaceRoot, file), 'utf8')) ?? [];
  if (front === undefined || text === undefined || text.trim() === '') {
    faults.push(`${file} has no front matter or no text. Write one with: npx --yes pnpm@10.34.8 exec changeset`);
    continue;
  }
  for (const line of front.split('\n').filter((entry) => entry.trim() !== '')) {
    const [, name, bump] = /^["']?([^"':]+)["']?: *(\S+)$/.exec(line.trim()) ?? [];
    if (name === undefined || !names.has(name)) faults.push(`${file}: "${line}" names no package that is published.`);
    if (!['patch', 'minor', 'major', 'none'].includes(bump ?? ''))
      faults.push(`${file}: "${line}" has no bump of patch, minor or major.`);
  }
}

const base = ['main', 'origin/main'].find(
  (ref) => spawnSync('git', ['merge-base', ref, 'HEAD'], { cwd: workspaceRoot, stdio: 'ignore' }).status === 0,
);
if (base === undefined)
  console.log('Changesets: there is no main branch here to compare with; only the files themselves were read.');
else if (run('changeset', ['status', `--since=${base}`], { cwd: workspaceRoot }) !== 0) {
  faults.push('Packages changed without a changeset. Write one with: npx --yes pnpm@10.34.8 exec changeset');
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
