/** Holds the code to the lists in `scripts/boundaries.ts`. Each message says what to do. */
import { existsSync, globSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import process from 'node:process';
import { driverFolders, drivers, peerFolders, peers, rooms, systemFiles, typesForAll } from './boundaries.ts';
import { readFacts, type FileFacts, type ImportSite } from './imports.ts';
import { shown, workspaceRoot } from './workspace.ts';

const kernel = 'packages/db-core/';
const faults: string[] = [];

/** `pg/lib/x` → `pg`, `@scope/a/b` → `@scope/a`; `node:` names stay whole. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || /(^|\/)tests\//.test(file);
}

/** The room of a file of db-core; undefined for `index.ts` and what else stands outside the rooms. */
function roomOf(file: string): string | undefined {
  if (file.startsWith(`${kernel}migrations/`)) return 'migrations';
  const [, room] = /^packages\/db-core\/src\/([^/]+)\//.exec(file) ?? [];
  return room;
}

/** Migrations are written with the schema room's helpers, and read by what comes after it. */
function floorOf(room: string): number {
  return room === 'migrations' ? rooms.indexOf('schema') : rooms.indexOf(room);
}

function checkPackages(file: string, site: ImportSite): void {
  if (site.specifier.startsWith('.')) return;
  const name = packageOf(site.specifier);
  const allowed = (folders: readonly string[]): boolean => folders.some((folder) => file.startsWith(folder));
  if (drivers.includes(name) && !allowed(driverFolders)) {
    faults.push(
      `${file}:${site.line} imports the driver ${name}. Only db-core opens a database: ask for a handle of ` +
        `openDatabase() from @keelson/db-core. (Tests that must look past it go to tests/raw/.)`,
    );
  }
  if (peers.includes(name) && !allowed(peerFolders)) {
    faults.push(
      `${file}:${site.line} imports ${name}, which only tests/benchmarks/ compares with. Use defineQuery() of @keelson/db-core.`,
    );
  }
  const testOnly = name === 'vitest' || name === 'fast-check' || site.specifier.startsWith('@keelson/db-core/testing');
  if (testOnly && !site.typeOnly && !isTest(file) && !file.includes('/testing/')) {
    faults.push(
      `${file}:${site.line} imports ${site.specifier}, which only tests may. Move the code to a *.test.ts file or a testing/ folder.`,
    );
  }
}

function checkRooms(file: string, site: ImportSite): void {
  if (!site.specifier.startsWith('.') || isTest(file)) return;
  const target = shown(resolve(workspaceRoot, dirname(file), site.specifier));
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === undefined) return;
  if (to === undefined) {
    if (target === `${kernel}src/index.ts`) {
      faults.push(`${file}:${site.line} imports the package's own index.ts. Import the file that has the thing.`);
    }
    return;
  }
  if (from === to || (site.typeOnly && typesForAll.includes(target))) return;
  if (floorOf(from) < 0 || floorOf(to) < 0) return; // An unknown room has its own message.
  if (floorOf(to) > floorOf(from)) {
    faults.push(
      `${file}:${site.line} imports ${target}: the room ${from} stands before ${to} and may not use it. ` +
        `Move the code to ${to} or a later room, take what you need as a parameter, or emit an event (order: ${rooms.join(' → ')}).`,
    );
  }
}

function checkSystem(file: string, facts: FileFacts): void {
  if (isTest(file) || file.startsWith('scripts/') || file in systemFiles) return;
  for (const line of facts.systemLines) {
    faults.push(
      `${file}:${line} asks for the system handle, which sees every user's rows. Use forUser(), or enter the file ` +
        `with its reason in systemFiles of scripts/boundaries.ts.`,
    );
  }
}

const files = globSync(['packages/*/**/*.{ts,js}', 'apps/*/**/*.{ts,js}', 'tests/**/*.{ts,js}', 'scripts/**/*.ts'], {
  cwd: workspaceRoot,
  exclude: (path) => /(^|\/)(node_modules|dist)$/.test(posix.normalize(path.replaceAll('\\', '/'))),
})
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
  .sort();

for (const file of files) {
  const room = roomOf(file);
  if (room !== undefined && floorOf(room) < 0) {
    faults.push(
      `${file} stands in a room that has no place in the order. Enter ${room} in rooms of scripts/boundaries.ts.`,
    );
  }
  const facts = readFacts(join(workspaceRoot, file));
  for (const site of facts.imports) {
    checkPackages(file, site);
    checkRooms(file, site);
  }
  checkSystem(file, facts);
}

for (const file of Object.keys(systemFiles)) {
  if (!existsSync(join(workspaceRoot, file)) || readFacts(join(workspaceRoot, file)).systemLines.length === 0) {
    faults.push(
      `${file} is in systemFiles of scripts/boundaries.ts but does not use the system handle. Take the line out.`,
    );
  }
}

for (const fault of faults) console.error(fault);
console.log(`Imports: ${files.length} files, ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}.`);
if (files.length === 0 || faults.length > 0) process.exitCode = 1;
