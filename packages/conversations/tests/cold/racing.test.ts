import { openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import {
  ConversationClosedError,
  ConversationColdError,
  type ConversationId,
  Conversations,
  type MessageId,
} from '../../src/index.ts';
import { textOf } from './everything.ts';
import { Interrupted } from '../interrupted.ts';

/** Branches, a system message in one of them only, and more messages than a context reads at once. */
async function fill(chats: Conversations): Promise<{ readonly id: ConversationId; readonly fork: MessageId }> {
  const { id: conversationId } = await chats.createConversation({ title: 'ice' });
  const question = await chats.saveUserMessage({ conversationId, content: 'why', metadata: { source: 'web' } });
  await chats.saveAssistantMessage({ conversationId, content: 'one' });
  await chats.saveSystemMessage({ conversationId, content: 'be kind' });
  const fork = await chats.saveAssistantMessage({ conversationId, content: 'other', parentId: question.id });
  for (let turn = 0; turn < 36; turn += 1) await chats.saveUserMessage({ conversationId, content: `more ${turn}` });
  return { id: conversationId, fork: fork.id };
}

const SPAN = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };

type Read = (
  chats: Conversations,
  place: { readonly id: ConversationId; readonly fork: MessageId },
) => Promise<unknown>;

const READS: Readonly<Record<string, Read>> = {
  'a page': (chats, { id }) => chats.getMessages({ conversationId: id, limit: 5 }),
  'the last messages': (chats, { id }) => chats.getLastNMessages(id, 5),
  'a message': (chats, { id, fork }) => chats.getMessage(id, fork),
  'figures by role': (chats, { id }) => chats.countByRole(id),
  'messages of a source': (chats, { id }) => chats.getBySource({ conversationId: id, source: 'web' }),
  'the branch in use': (chats, { id }) => chats.getActivePath({ conversationId: id, limit: 50 }),
  'a named branch': (chats, { id, fork }) => chats.getActivePath({ conversationId: id, leafId: fork }),
  siblings: (chats, { id, fork }) => chats.getSiblings({ conversationId: id, messageId: fork }),
  'a context': (chats, { id }) => chats.buildContext({ conversationId: id, maxTokens: 10_000 }),
};

const EXPORTS: Readonly<Record<string, Read>> = {
  'a document': (chats, { id }) => chats.exportConversation(id),
  lines: (chats) => textOf(chats.exportConversations({ format: 'ndjson' })),
  markdown: async (chats, { id }) => textOf(await chats.exportConversation(id, { format: 'markdown' })),
};

describeEngines('reading while a conversation goes into cold storage', (context) => {
  it('gives all that was asked for, or says that it is cold, wherever the two meet', async () => {
    const database = await context.open();
    const mover = new Conversations(database, 'ada');
    const place = await fill(mover);
    const freeze = (): Promise<unknown> => mover.freezeConversation(place.id);
    const thaw = (): Promise<unknown> => mover.thawConversation(place.id);
    for (const [name, read] of Object.entries(READS)) {
      const whole = await read(mover, place);
      const alone = new Interrupted(database);
      await read(new Conversations(database, alone.user), place);
      for (let at = 0; at < alone.statements; at += 1) {
        // Away before this statement, and back before none or one of those that follow.
        for (let back = at + 1; back <= alone.statements; back += 1) {
          const interrupted = new Interrupted(database);
          interrupted.before = new Map([
            [at, freeze],
            [back, thaw],
          ]);
          const where = `${name}, away at ${at}, back at ${back} of ${alone.statements}`;
          const found = await read(new Conversations(database, interrupted.user), place).catch(
            (error: unknown) => error,
          );
          if (found instanceof Error) expect(found, where).toBeInstanceOf(ConversationColdError);
          else expect(found, where).toEqual(whole);
          await thaw();
        }
      }
    }
  });

  it('exports the same wherever they meet', async () => {
    const database = await context.open();
    const mover = new Conversations(database, 'ada');
    const place = await fill(mover);
    const moves = [
      () => mover.freezeConversation(place.id),
      () => mover.thawConversation(place.id),
    ] as const satisfies readonly (() => Promise<unknown>)[];
    for (const [name, read] of Object.entries(EXPORTS)) {
      const whole = await read(mover, place);
      for (const [start, [toStart, away, back]] of Object.entries({
        hot: [moves[1], moves[0], moves[1]],
        cold: [moves[0], moves[1], moves[0]],
      } as const)) {
        await toStart();
        const alone = new Interrupted(database);
        expect(await read(new Conversations(database, alone.user), place)).toEqual(whole);
        for (let at = 0; at < alone.statements; at += 1) {
          for (const pause of [1, 2, 100]) {
            await toStart();
            const interrupted = new Interrupted(database);
            interrupted.before = new Map([
              [at, away],
              [at + pause, back],
            ]);
            const found = await read(new Conversations(database, interrupted.user), place);
            expect(found, `${name}, ${start}, moved at ${at} and ${at + pause}`).toEqual(whole);
          }
        }
      }
    }
  });

  it('counts every message once wherever they meet', async () => {
    const database = await context.open();
    const mover = new Conversations(database, 'ada');
    const [{ id }, other] = [await fill(mover), await fill(mover)];
    await mover.freezeConversation(other.id);
    const [away, back] = [() => mover.freezeConversation(id), () => mover.thawConversation(id)];
    const read = (chats: Conversations) => chats.getStatistics(SPAN);
    for (const [toStart, go, come] of [
      [back, away, back],
      [away, back, away],
    ] as const) {
      await toStart();
      const alone = new Interrupted(database);
      const { totals, days } = await read(new Conversations(database, alone.user));
      expect(totals.messages).toBe(80);
      for (let at = 0; at < alone.statements; at += 1) {
        for (const pause of [1, 2, 100]) {
          await toStart();
          const interrupted = new Interrupted(database);
          interrupted.before = new Map([
            [at, go],
            [at + pause, come],
          ]);
          const found = await read(new Conversations(database, interrupted.user));
          expect(found, `moved at ${at} and ${at + pause}`).toMatchObject({ totals, days });
        }
      }
    }
  });

  it('does not choose a branch of one that went away meanwhile', async () => {
    const database = await context.open();
    const mover = new Conversations(database, 'ada');
    const { id, fork } = await fill(mover);
    const version = async (): Promise<number> => (await mover.getConversation(id)).version;
    const before = await version();
    for (let at = 0; at < 3; at += 1) {
      const interrupted = new Interrupted(database);
      interrupted.before = new Map([[at, () => mover.freezeConversation(id)]]);
      const chats = new Conversations(database, interrupted.user);
      await expect(chats.setActiveLeaf(id, fork)).rejects.toThrow(ConversationColdError);
      expect(await version()).toBe(before);
      await mover.thawConversation(id);
    }
    expect(await mover.setActiveLeaf(id, fork)).toMatchObject({ activeLeafId: fork, version: before + 1 });
  });

  it('breaks off an export of what is erased meanwhile, rather than give a part', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await fill(chats);
    const interrupted = new Interrupted(database);
    interrupted.before = new Map([[1, () => chats.eraseConversation(id)]]);
    await expect(new Conversations(database, interrupted.user).exportConversation(id)).rejects.toMatchObject({
      code: 'CONVERSATION_NOT_FOUND',
    });
  });
});

// On SQLite a save holds the turn to write, so that nobody can come between.
describeEngine('postgres', 'a message that is saved while a conversation comes out of cold storage', (context) => {
  it('is saved, and not told that the conversation is closed', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    await using other = openDatabase({ url, env: {} });
    const mover = new Conversations(other, 'ada');
    const { id: conversationId } = await mover.createConversation();
    await mover.saveUserMessage({ conversationId, content: 'a' });
    await mover.freezeConversation(conversationId);
    const interrupted = new Interrupted(database);
    interrupted.before = new Map([[1, () => mover.thawConversation(conversationId)]]);
    const chats = new Conversations(database, interrupted.user);
    expect(await chats.saveUserMessage({ conversationId, content: 'b' })).toMatchObject({ seq: 2 });
    await mover.closeConversation(conversationId);
    await expect(chats.saveUserMessage({ conversationId, content: 'c' })).rejects.toThrow(ConversationClosedError);
  });
});
