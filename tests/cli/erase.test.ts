import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import { type ErasureCertificate, Erasures, openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { fillTables } from '../erasure/fill.ts';
import { temporaryFolder } from './support/folders.ts';
import { document, failure, keelson, succeed } from './support/keelson.ts';

interface Erased {
  readonly dryRun: boolean;
  readonly rows: Readonly<Record<string, number>>;
  readonly certificate: ErasureCertificate | null;
}

describeEngines('keelson erase', (context) => {
  it('counts, asks, erases and certifies', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    await fillTables(database, 'zoe');
    await database.close();
    const counted = await document<Erased>(['erase', 'zoe', '--dry-run'], { url });
    expect(counted).toMatchObject({ dryRun: true, certificate: null, rows: { conversations: 6, jobs: 6 } });
    expect((await failure(['erase', 'zoe'], { url, exit: 3 })).code).toBe('DECLINED');
    const production = { url, env: { KEELSON_ENVIRONMENT: 'production' } };
    expect((await failure(['erase', 'zoe', '--yes'], { ...production, exit: 4 })).code).toBe('FORBIDDEN');
    expect(await document<Erased>(['erase', 'zoe', '--dry-run'], { url })).toEqual(counted);

    const file = join(temporaryFolder(), 'zoe.json');
    const erased = await document<Erased>(['erase', 'zoe', '--yes', '--certificate', file], { url });
    expect(erased.rows).toEqual(counted.rows);
    expect(erased.certificate).toMatchObject({
      format: 'keelson.erasure/1',
      kind: 'owner',
      rows: { conversations: { deleted: 6, pseudonymised: 0 } },
    });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(erased.certificate);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await document<Erased>(['erase', 'zoe', '--dry-run'], { url })).rows).toEqual({});
    const { stdout } = await succeed(['erase', 'zoe', '--yes', '--no-rewrite'], { url });
    expect(stdout).toMatch(/Backups, full and incremental, made before .*\n(?:.*\n)*Erasure [0-9a-f-]{36}\.\n$/);
  });

  it('refuses nobody, and a certificate that it can not write, before anything is erased', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    await fillTables(database, 'zoe');
    await database.close();
    expect((await failure(['erase', 'keelson:system', '--yes'], { url, exit: 4 })).code).toBe('FORBIDDEN');
    expect((await keelson(['erase'], { url })).code).toBe(2);
    const file = join(temporaryFolder(), 'there.json');
    writeFileSync(file, 'mine');
    expect((await failure(['erase', 'zoe', '--yes', '--certificate', file], { url, exit: 2 })).code).toBe('USAGE');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await document<Erased>(['erase', 'zoe', '--dry-run'], { url })).rows).toMatchObject({ conversations: 6 });
  });

  it('erases one conversation', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'zoe');
    const { id } = await chats.createConversation({ title: 'gone' });
    await chats.saveUserMessage({ conversationId: id, content: 'Why?' });
    expect((await failure(['conversations', 'erase', id, '--user', 'zoe'], { url, exit: 3 })).code).toBe('DECLINED');
    const other = await failure(['conversations', 'erase', id, '--user', 'bob', '--yes'], { url, exit: 1 });
    expect(other.code).toBe('CONVERSATION_NOT_FOUND');
    const { stdout } = await succeed(['conversations', 'erase', id, '--user', 'zoe', '--yes'], { url });
    expect(stdout).toContain('Erased the conversation with 1 message');
    expect(await new Erasures(database).preview('zoe')).not.toHaveProperty('conversation_messages');
  });
});
