import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, Erasures, newId } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations } from '../../src/index.ts';
import { mirrorConversations, type MirrorEvent } from '../../src/mirror/index.ts';
import { configOf, expected, mirrored, mirrorOnce } from './support.ts';

const WORD = 'zephyrine';

/** Conversations whose every text has the word in it. */
async function fillUser(database: Database, userId: string, conversations = 2): Promise<string[]> {
  const chats = new Conversations(database, userId);
  const ids: string[] = [];
  for (let number = 0; number < conversations; number += 1) {
    const { id } = await chats.createConversation({
      title: `${WORD} ${number}`,
      metadata: { note: WORD },
      source: 'web',
    });
    ids.push(id);
    await say(chats, id, 2);
  }
  return ids;
}

async function say(chats: Conversations, conversationId: string, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await chats.saveUserMessage({ conversationId, content: `${WORD}?`, metadata: { secret: WORD } });
    await chats.saveAssistantMessage({
      conversationId,
      content: `${WORD}!`,
      parts: [{ type: 'tool-call', toolCallId: 'c', toolName: WORD, input: { at: WORD } }],
      metadata: { modelName: 'model-1', tokens: 7, latencyMs: 120 },
    });
  }
}

describeEngines('a mirror of conversations', (context) => {
  it('has everything after its first fill, follows what changes, and goes on where it ended', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    const [first = '', second = ''] = await fillUser(source, 'ada');
    await fillUser(source, 'bob', 3);
    const events: MirrorEvent[] = [];
    const outcome = await mirrorOnce(source, url, { onEvent: (event) => events.push(event) });
    expect(outcome).toMatchObject({ changes: 0, filled: 20 });
    expect(await mirrored(url)).toEqual(await expected(source));
    expect(events[0]).toEqual({ type: 'filling', reason: 'new', messages: 0, total: 20 });
    expect(events.slice(-2)).toEqual([{ type: 'filled', messages: 20 }, { type: 'current' }]);

    const ada = new Conversations(source, 'ada');
    await say(ada, first, 1);
    await ada.archiveConversation(second);
    const { id: third } = await ada.createConversation();
    await say(ada, third, 3);
    expect(await mirrorOnce(source, url)).toMatchObject({ filled: 0 });
    expect(await mirrored(url)).toEqual(await expected(source));
    // Nothing was left to do.
    expect(await mirrorOnce(source, url)).toMatchObject({ changes: 0, filled: 0 });
    expect(await source.changes.consumers()).toMatchObject([
      { name: outcome.consumer, isRunning: false, behind: 0, resync: null },
    ]);
  });

  it('follows while it runs, and ends when it is told to', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    const [id = ''] = await fillUser(source, 'ada');
    const stop = new AbortController();
    const running = mirrorConversations(source, { to: configOf(url), signal: stop.signal, leaseMs: 600 });
    try {
      await expect.poll(() => source.changes.consumers(), { timeout: 20_000 }).toMatchObject([{ isRunning: true }]);
      await say(new Conversations(source, 'ada'), id, 2);
      const wanted = await expected(source);
      await expect.poll(() => mirrored(url), { timeout: 20_000 }).toEqual(wanted);
      await expect.poll(() => source.changes.consumers(), { timeout: 20_000 }).toMatchObject([{ behind: 0 }]);
      // Longer than its lease, with nothing to do.
      await sleep(700);
      expect(await source.changes.consumers()).toMatchObject([{ isRunning: true }]);
      await expect(mirrorOnce(source, url, { leaseMs: 600 })).rejects.toMatchObject({ code: 'MIRROR_BUSY' });
    } finally {
      stop.abort();
      await running;
    }
    expect(await source.changes.consumers()).toMatchObject([{ isRunning: false, behind: 0 }]);
    // The next one needn't wait for the end of a lease.
    await mirrorOnce(source, url);
  });

  it('loses deleted, erased and expired conversations, also those that went while it was stopped', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    const ids = await fillUser(source, 'ada', 4);
    await fillUser(source, 'bob', 1);
    await fillUser(source, 'eve', 1);
    await mirrorOnce(source, url);
    const ada = new Conversations(source, 'ada');
    await ada.deleteConversation(ids[0]!);
    await ada.eraseConversation(ids[1]!);
    await mirrorOnce(source, url);
    expect(await mirrored(url)).toEqual(await expected(source));
    expect((await mirrored(url)).conversations).toHaveLength(4);

    const certificate = await new Erasures(source).eraseOwner('bob', { rewrite: false });
    const [consumer] = await source.changes.consumers();
    expect(certificate.consumers).toEqual([{ name: consumer?.name, isCurrent: false }]);
    expect(certificate.unreached.join('\n')).toMatch(
      /What the consumer mirror:.* keeps, until it has handled the changes that it is behind/,
    );
    // The feed has forgotten whose they were: a pseudonym takes the place of the owner.
    const { changes } = await source.changes.read({ limit: 5000 });
    expect(changes.some(({ userId }) => userId === 'bob')).toBe(false);
    await mirrorOnce(source, url);
    expect(await mirrored(url)).toEqual(await expected(source));
    expect(JSON.stringify(await mirrored(url))).not.toContain('bob');
    // What others had erased is no matter to it.
    const { consumers, unreached } = await new Erasures(source).eraseOwner('nobody', { rewrite: false });
    expect(consumers).toEqual([{ name: consumer?.name, isCurrent: true }]);
    expect(unreached.join('\n')).not.toContain('mirror:');

    // Erased, and the feed that told it is gone, too.
    await new Erasures(source).eraseOwner('eve', { rewrite: false });
    await source.changes.prune({ keepMs: 0, keepRows: 0 });
    const late = await new Erasures(source).eraseOwner('nobody', { rewrite: false });
    expect(late.unreached.join('\n')).toMatch(/mirror:.* keeps, until it has read everything anew/);
    const events: MirrorEvent[] = [];
    await mirrorOnce(source, url, { onEvent: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ type: 'filling', reason: 'behind' });
    expect(await mirrored(url)).toEqual(await expected(source));
    expect(JSON.stringify(await mirrored(url))).not.toContain('eve');
  });

  it('keeps messages that move to cold storage, and brings them over from there', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    const ids = await fillUser(source, 'ada', 3);
    const chats = new Conversations(source, 'ada');
    await chats.freezeConversation(ids[0]!);
    await mirrorOnce(source, url);
    const before = await mirrored(url);
    expect(before).toEqual(await expected(source));
    expect(before.messages).toHaveLength(12);
    await chats.freezeConversation(ids[1]!);
    await mirrorOnce(source, url);
    await chats.thawConversation(ids[0]!);
    await mirrorOnce(source, url);
    expect(await mirrored(url)).toEqual(await expected(source));
    expect((await mirrored(url)).messages).toEqual(before.messages);
    // Everything anew, with messages in both places, none of which may be missing meanwhile.
    await source.changes.startEpoch();
    const stop = (event: MirrorEvent): void => {
      if (event.type === 'filling' && event.messages === 8) throw new Error('stopped');
    };
    await expect(mirrorOnce(source, url, { onEvent: stop })).rejects.toThrow('stopped');
    expect((await mirrored(url)).messages).toEqual(before.messages);
    await mirrorOnce(source, url);
    expect((await mirrored(url)).messages).toEqual(before.messages);
    await chats.eraseConversation(ids[1]!);
    await mirrorOnce(source, url);
    expect(await mirrored(url)).toEqual(await expected(source));
  });

  it('goes on beside a conversation whose cold storage is damaged, and says so', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    const [id = '', other = ''] = await fillUser(source, 'ada');
    const chats = new Conversations(source, 'ada');
    await mirrorOnce(source, url);
    const before = await mirrored(url);
    await chats.freezeConversation(id);
    await context
      .raw(source.config.target.url)
      .query(`UPDATE conversation_cold_parts SET digest = '${'0'.repeat(64)}'`);
    await say(chats, other, 1);
    const events: MirrorEvent[] = [];
    await mirrorOnce(source, url, { onEvent: (event) => events.push(event) });
    expect(events).toContainEqual({ type: 'damaged', userId: 'ada', id, error: expect.anything() as unknown });
    expect((await mirrored(url)).messages).toHaveLength(before.messages.length + 2);
    await chats.eraseConversation(id);
    await mirrorOnce(source, url);
    expect(await mirrored(url)).toEqual(await expected(source));
  });

  it('keeps users apart that have the same ids', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    const id = newId();
    for (const user of ['ada', 'bob']) {
      const chats = new Conversations(source, user);
      await chats.createConversation({ id });
      await say(chats, id, user === 'ada' ? 1 : 2);
    }
    await mirrorOnce(source, url);
    expect(await mirrored(url)).toEqual(await expected(source));
    await new Conversations(source, 'ada').eraseConversation(id);
    await mirrorOnce(source, url);
    expect(await mirrored(url)).toEqual(await expected(source));
    await new Erasures(source).eraseOwner('bob', { rewrite: false });
    await new Conversations(source, 'ada').createConversation({ id });
    await say(new Conversations(source, 'ada'), id, 3);
    await mirrorOnce(source, url);
    expect(await mirrored(url)).toEqual(await expected(source));
    expect((await mirrored(url)).messages).toHaveLength(6);
  });

  it('is noted in the audit of the system', async () => {
    const source = await context.open();
    await mirrorOnce(source, await context.emptyUrl(), { by: { userId: 'ada', requestId: 'r1' } });
    const rows = await context
      .raw(source.config.target.url)
      .query(`SELECT user_id, actor_id, action FROM audit_events WHERE action = 'conversations.mirrored'`);
    expect(rows).toEqual([{ user_id: 'keelson:system', actor_id: 'ada', action: 'conversations.mirrored' }]);
  });
});
