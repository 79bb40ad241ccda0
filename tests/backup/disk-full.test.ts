import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { smallDisk } from '../bad-input/small-disk.ts';
import { Child } from '../support/child.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { seen } from './content.ts';

const script = join(import.meta.dirname, 'filling-backup-process.ts');

describeEngines('a backup that finds no room', (context) => {
  it('says so, leaves nothing of itself, and those before it whole', async () => {
    const folder = freshFolder();
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation({ title: 'large' });
    // What can't be compressed.
    for (let turn = 0; turn < 6; turn += 1)
      await chats.saveUserMessage({ conversationId: id, content: randomBytes(80_000).toString('base64') });
    const before = await seen(database);
    const { launcher, isDisk } = smallDisk(folder);
    const { code, made, left } = await new Child(script, [folder, url], { launcher }).result<{
      readonly code?: string;
      readonly made: number;
      readonly left: number;
    }>();
    if (isDisk) expect(code).toBe('DISK_FULL');
    if (isDisk) expect(made).toBeGreaterThan(0);
    expect(left).toBe(made);
    expect(await seen(database)).toEqual(before);
  });
});
