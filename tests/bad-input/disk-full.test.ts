import { join } from 'node:path';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { pathOf } from '../support/path-of.ts';
import type { Filled } from './filling-process.ts';
import { smallDisk } from './small-disk.ts';

const script = join(import.meta.dirname, 'filling-process.ts');

describeEngine('sqlite', 'a disk that is full, because a server has its own', (context) => {
  it('is told as such, loses nothing, and everything goes on when there is room', async () => {
    const folder = freshFolder();
    const copy = await context.emptyUrl();
    const { launcher, isDisk } = smallDisk(folder);
    const filled = await new Child(script, [folder, isDisk ? 'disk' : 'limit', pathOf(copy)], {
      launcher,
    }).result<Filled>();
    expect(filled.failure?.code).toBe(isDisk ? 'DISK_FULL' : 'CONNECTION_FAILED');
    expect(filled.failure?.hint).toContain(isDisk ? 'keelson info' : 'limits');
    expect(filled.failure?.message).toContain(folder);
    expect(filled.saved).toBeGreaterThan(30);
    expect(filled.readWhileFull).toBe(filled.saved);
    expect(filled.readAfter).toBe(filled.saved + 1);
    // The message that found no room left no gap.
    expect(filled.nextSeq).toBe(filled.saved + 1);
    expect(await context.raw(copy).query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });
});
