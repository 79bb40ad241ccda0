import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { smallDisk } from '../bad-input/small-disk.ts';
import { Child } from '../support/child.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import type { FullDiskOutcome } from './full-disk-process.ts';

const script = join(import.meta.dirname, 'full-disk-process.ts');
const OPERATIONS = ['backup', 'increment', 'restore', 'adopt', 'migrate', 'erase'];

/** Of a server a folder of its tables is on the small disk: what holds them is full, and what it writes its log to isn't. */
describe.each([
  { engine: 'sqlite', megabytes: 24 },
  { engine: 'postgres', megabytes: 64 },
])('a disk that is full, on $engine', ({ engine, megabytes }) => {
  it('is told by every operation, which leaves nothing half done, and works when there is room', async ({
    annotate,
  }) => {
    const [small, elsewhere] = [freshFolder(), freshFolder()];
    const { launcher, isDisk } = smallDisk(small, { megabytes, mode: '755' });
    // A limit on the size of files, which is all there is elsewhere, says nothing about a disk.
    expect(isDisk, 'a file system can be mounted: as root, or where users have namespaces').toBe(true);
    const { code, lines, errors } = await new Child(script, [small, engine, elsewhere], { launcher }).ended();
    expect(code, errors).toBe(0);
    const outcomes = lines.map((line) => JSON.parse(line) as FullDiskOutcome);
    for (const { operation, code: said, message, hint, faults } of outcomes) {
      await annotate(`${operation}: ${said ?? 'done'} ${message ?? ''}`);
      expect(faults, operation).toEqual([]);
      // A migration says first which one it was.
      expect(said, `${operation}: ${message}`).toBe(operation === 'migrate' ? 'MIGRATION_FAILED' : 'DISK_FULL');
      expect(message, operation).toMatch(/no space left|is full/);
      expect(hint, operation).toMatch(/\.$/);
    }
    expect(outcomes.map(({ operation }) => operation)).toEqual(OPERATIONS);
  });
});
