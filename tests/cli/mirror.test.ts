import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { document, failure, start, succeed } from './support/keelson.ts';

describeEngines('keelson conversations mirror', (context) => {
  it('brings everything over, follows until Ctrl-C, and is seen among the consumers until it is forgotten', async () => {
    const [url, mirror] = [await context.url(), await context.emptyUrl()];
    await using database = openDatabase({ url, env: {} });
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation({ title: 'a secret title' });
    await chats.saveUserMessage({ conversationId: id, content: 'a secret' });
    const running = start(['conversations', 'mirror', '--to', mirror], { url });
    onTestFinished(() => void running.child.kill('SIGKILL'));
    await running.said(
      /The mirror is new: bringing over 1 message\.\nBrought over: 1 message\.\nFollowing what changes/,
    );
    await chats.saveUserMessage({ conversationId: id, content: 'another' });
    const raw = context.raw(mirror);
    await expect
      .poll(async () => (await raw.query('SELECT id FROM mirror_messages')).length, { timeout: 20_000 })
      .toBe(2);
    const { code, stdout, stderr } = await running.signalled('SIGINT');
    expect([code, stdout]).toEqual([130, expect.stringMatching(/: 1 message brought over, 2 changes followed\.\n$/)]);
    expect(`${stdout}${stderr}`).not.toContain('secret');

    await chats.saveUserMessage({ conversationId: id, content: 'while nobody follows' });
    const behind = await succeed(['changes', 'consumers'], { url });
    const [name = ''] = /mirror:\S+/.exec(behind.stdout) ?? [];
    expect(behind.stderr).toContain(`Nobody keeps ${name}: run \`keelson conversations mirror --to …\` for it.`);
    const once = await document(['conversations', 'mirror', '--to', mirror, '--once'], { url });
    expect(once).toMatchObject({ engine: context.engine, consumer: name, filled: 0, changes: 2 });
    await succeed(['changes', 'remove-consumer', name], { url });
    expect(await database.changes.consumers()).toEqual([]);
  });

  it('refuses what is no mirror, and says no password', async () => {
    const url = await context.url();
    const same = await failure(['conversations', 'mirror', '--to', url, '--once'], { url, exit: 2 });
    expect(same).toMatchObject({ code: 'MIRROR_TARGET' });
    const away = 'postgresql://ada:never-to-be-shown@127.0.0.1:1/analytics';
    const error = await failure(['conversations', 'mirror', '--to', away, '--once', '--verbose'], { url, exit: 1 });
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(JSON.stringify(error)).not.toContain('never-to-be-shown');
  });
});
