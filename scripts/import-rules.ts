import { posix } from 'node:path';
import { driverFolders, drivers, peerFolders, peers, rooms, systemFiles, typesForAll } from './boundaries.ts';
import type { FileFacts, ImportSite } from './imports.ts';

const kernel = 'packages/db-core/';

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
  return /^packages\/db-core\/src\/([^/]+)\//.exec(file)?.[1];
}

/** Migrations are written with the schema room's helpers, and read by what comes after it. */
function floorOf(room: string): number {
  return rooms.indexOf(room === 'migrations' ? 'schema' : room);
}

function packageFault(file: string, { specifier, typeOnly }: ImportSite): string | undefined {
  if (specifier.startsWith('.')) return undefined;
  const name = packageOf(specifier);
  const standsIn = (folders: readonly string[]): boolean => folders.some((folder) => file.startsWith(folder));
  if (drivers.includes(name) && !standsIn(driverFolders)) {
    return (
      `imports the driver ${name}. Only db-core opens a database: ask for a handle of openDatabase() from ` +
      `@keelson/db-core. (A test that must look past it uses raw() of @keelson/db-core/testing.)`
    );
  }
  if (peers.includes(name) && !standsIn(peerFolders)) {
    return `imports ${name}, which only tests/benchmarks/ compares with. Use defineQuery() of @keelson/db-core.`;
  }
  const forTests = name === 'vitest' || name === 'fast-check' || specifier.startsWith('@keelson/db-core/testing');
  if (forTests && !typeOnly && !isTest(file) && !file.includes('/testing/')) {
    return `imports ${specifier}, which only tests may. Move the code to a *.test.ts file or a testing/ folder.`;
  }
  return undefined;
}

function roomFault(file: string, { specifier, typeOnly }: ImportSite): string | undefined {
  const from = roomOf(file);
  if (from === undefined || !specifier.startsWith('.') || isTest(file)) return undefined;
  const target = posix.join(posix.dirname(file), specifier);
  if (target === `${kernel}src/index.ts`)
    return `imports the package's own index.ts. Import the file that has the thing.`;
  const to = roomOf(target);
  if (to === undefined || from === to || (typeOnly && typesForAll.includes(target))) return undefined;
  if (floorOf(from) < 0 || floorOf(to) < 0 || floorOf(to) <= floorOf(from)) return undefined;
  return (
    `imports ${target}: the room ${from} stands before ${to} and may not use it. Move the code to ${to} or a later room, ` +
    `take what you need as a parameter, or emit an event (order: ${rooms.join(' → ')}).`
  );
}

/**
 * What a file does that `scripts/boundaries.ts` does not let it do, as lines to print.
 *
 * @param file its path from the workspace's root, with slashes
 */
export function boundaryFaults(file: string, facts: FileFacts): readonly string[] {
  const faults: string[] = [];
  const room = roomOf(file);
  if (room !== undefined && floorOf(room) < 0) {
    faults.push(
      `${file} stands in a room that has no place in the order. Enter ${room} in rooms of scripts/boundaries.ts.`,
    );
  }
  for (const site of facts.imports) {
    for (const fault of [packageFault(file, site), roomFault(file, site)]) {
      if (fault !== undefined) faults.push(`${file}:${site.line} ${fault}`);
    }
  }
  const maySeeAll = isTest(file) || file.startsWith('scripts/') || Object.hasOwn(systemFiles, file);
  for (const line of maySeeAll ? [] : facts.systemLines) {
    faults.push(
      `${file}:${line} asks for the system handle, which sees every user's rows. Use forUser(), or enter the file with ` +
        `its reason in systemFiles of scripts/boundaries.ts.`,
    );
  }
  return faults;
}
