import { Conversations } from '@keelson/conversations';
import { openDatabase, type RetentionOutcome } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure, succeed } from './support/keelson.ts';

interface Kept {
  readonly dryRun: boolean;
  readonly rules: readonly (RetentionOutcome & { readonly before: string | null })[];
}

describeEngines('keelson retention', (context) => {
  it('tells what is due by which rule, asks, and does it', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'ada');
    await chats.createConversation({ title: 'over', expiresAt: new Date(Date.now() - 1000) });
    const { id } = await chats.createConversation({ title: 'kept' });
    const due = await document<Kept>(['retention', '--dry-run'], { url, env: { RETENTION_DELETED_DAYS: '9' } });
    expect(due.dryRun).toBe(true);
    expect(due.rules.filter(({ rows }) => rows > 0)).toMatchObject([
      { rule: 'conversations.expired', table: 'conversations', action: 'erase', keepMs: 0, rows: 1 },
    ]);
    expect(due.rules.find(({ rule }) => rule === 'conversations.deleted')?.keepMs).toBe(9 * 86_400_000);
    expect((await failure(['retention'], { url, exit: 3 })).code).toBe('DECLINED');
    const { stdout } = await succeed(['retention', '--yes'], { url });
    expect(stdout).toMatch(/conversations\.expired +erase +at once +1 /);
    const { items } = await chats.listConversations({ status: ['ACTIVE', 'DELETED'] });
    expect(items.map((item) => item.id)).toEqual([id]);
  });
});
