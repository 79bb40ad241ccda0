/** Holds the code to the lists in `scripts/boundaries.ts`. Each message says what to do. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { systemFiles } from './boundaries.ts';
import { boundaryFaults } from './import-rules.ts';
import { readFacts, type FileFacts } from './imports.ts';
import { workspaceRoot } from './workspace.ts';

function factsOf(file: string): FileFacts {
  return readFacts(file, readFileSync(join(workspaceRoot, file), 'utf8'));
}

const files = globSync(['{packages,apps}/*/**/*.{ts,js}', 'tests/**/*.{ts,js}', 'scripts/**/*.ts'], {
  cwd: workspaceRoot,
  exclude: (path) => /(^|[\\/])(node_modules|dist)$/.test(path),
})
  .map((file) => file.replaceAll('\\', '/'))
  .sort();

const faults = files.flatMap((file) => boundaryFaults(file, factsOf(file)));

for (const file of Object.keys(systemFiles)) {
  if (!existsSync(join(workspaceRoot, file)) || factsOf(file).systemLines.length === 0) {
    faults.push(
      `${file} is in systemFiles of scripts/boundaries.ts but does not use the system handle. Take the line out.`,
    );
  }
}

for (const fault of faults) console.error(fault);
console.log(`Imports: ${files.length} files, ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}.`);
if (files.length === 0 || faults.length > 0) process.exitCode = 1;
