import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import { openDatabase, type Scrubbed } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { temporaryFolder } from './support/folders.ts';
import { document, failure, succeed } from './support/keelson.ts';

type Copied = Scrubbed & { readonly copy: string };

describeEngines('keelson scrub', (context) => {
  it('tells what becomes of what, and makes a copy where nothing is', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    await new Conversations(database, 'ada').createConversation({ title: 'Zeppelins' });
    await database.close();
    const copy = context.engine === 'sqlite' ? join(temporaryFolder(), 'a copy #1.db') : await context.emptyUrl();
    const { stdout } = await succeed(['scrub', copy, '--dry-run'], { url });
    expect(stdout).toMatch(/conversations +1 +\d+ columns replaced: user_id, title, /);
    if (context.engine === 'sqlite') expect(existsSync(copy)).toBe(false);
    const copied = await document<Copied>(['scrub', copy], { url });
    expect(copied.made).toBe(true);
    expect(copied.tables.find(({ name }) => name === 'conversations')).toMatchObject({ rows: 1, emptied: null });
    expect((await failure(['scrub', copy], { url, exit: 4 })).code).toBe('RESTORE_REFUSED');
  });
});
