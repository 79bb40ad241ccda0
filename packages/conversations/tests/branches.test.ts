import { setTimeout } from 'node:timers/promises';
import { type Database, ForbiddenError, newId, openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ConversationChangedError,
  ConversationNotFoundError,
  Conversations,
  type Message,
  MessageNotFoundError,
} from '../src/index.ts';
import { Interrupted } from './interrupted.ts';

/** A tree of messages as it should be, by the rules and without a database. */
class Model {
  readonly parents = new Map<string, string | null>();
  leaf: string | null = null;

  append(id: string, parent: string | null): void {
    this.parents.set(id, parent);
    this.leaf = id;
  }

  path(leaf = this.leaf): string[] {
    const path: string[] = [];
    for (let id = leaf; id !== null; id = this.parents.get(id) ?? null) path.unshift(id);
    return path;
  }

  siblings(id: string): string[] {
    return [...this.parents.keys()].filter((other) => this.parents.get(other) === this.parents.get(id));
  }

  /** The newest of those whose path leads through a message. */
  newestBelow(id: string): string {
    return [...this.parents.keys()].findLast((other) => this.path(other).includes(id)) ?? id;
  }
}

type Step =
  | { readonly kind: 'append' }
  | { readonly kind: 'under' | 'beside' | 'leaf' | 'newest'; readonly at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'append' } as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('under' as const, 'beside' as const, 'leaf' as const, 'newest' as const),
      at: fc.nat(60),
    }),
  },
);

const ids = (messages: readonly { readonly id: string }[]) => messages.map(({ id }) => id);

async function everyPage(chats: Conversations, conversationId: string, order: 'asc' | 'desc', limit: number) {
  const found = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Conversations['getActivePath']>> = await chats.getActivePath({
      conversationId,
      order,
      limit,
      cursor,
    });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

describeEngines('branches', (context) => {
  async function setUp() {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    const say = (content: string, more: { parentId?: string | null } = {}) =>
      chats.saveUserMessage({ conversationId: id, content, ...more });
    return { database, chats, id, say };
  }

  async function walk(chats: Conversations, id: string, steps: readonly Step[]): Promise<Model> {
    const model = new Model();
    for (const each of steps) {
      const all = [...model.parents.keys()];
      const chosen = each.kind === 'append' ? undefined : all[each.at % Math.max(1, all.length)];
      if (each.kind === 'leaf' || each.kind === 'newest') {
        if (chosen === undefined) continue;
        const toNewest = each.kind === 'newest';
        const { activeLeafId } = await chats.setActiveLeaf(id, chosen, { toNewest });
        model.leaf = toNewest ? model.newestBelow(chosen) : chosen;
        expect(activeLeafId).toBe(model.leaf);
        continue;
      }
      const parent = each.kind === 'beside' ? (model.parents.get(chosen ?? '') ?? null) : (chosen ?? null);
      const isPlain = each.kind === 'append' || chosen === undefined;
      const saved = await chats.saveUserMessage({
        conversationId: id,
        content: each.kind,
        ...(isPlain ? {} : { parentId: parent }),
      });
      model.append(saved.id, isPlain ? model.leaf : parent);
      expect(saved.parentId).toBe(model.parents.get(saved.id));
    }
    return model;
  }

  it('are as the rules say, whatever is appended and chosen', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, limit) => {
          const { id } = await chats.createConversation();
          const model = await walk(chats, id, steps);
          const path = model.path();
          expect((await chats.getConversation(id)).activeLeafId).toBe(model.leaf);
          const read = await everyPage(chats, id, 'asc', limit);
          expect(ids(read)).toEqual(path);
          expect(ids(await everyPage(chats, id, 'desc', limit))).toEqual(path.toReversed());
          for (const { id: own, siblings } of read) {
            const expected = model.siblings(own);
            expect(siblings).toEqual({ position: expected.indexOf(own) + 1, count: expected.length });
          }
          for (const own of model.parents.keys()) {
            expect(ids((await chats.getSiblings({ conversationId: id, messageId: own })).items)).toEqual(
              model.siblings(own),
            );
            expect(ids((await chats.getActivePath({ conversationId: id, leafId: own, limit: 500 })).items)).toEqual(
              model.path(own),
            );
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('go on where the leaf is, and an answer given anew is a sibling', async () => {
    const { chats, id, say } = await setUp();
    const question = await say('Question');
    const first = await chats.saveAssistantMessage({ conversationId: id, content: 'First' });
    const thanks = await say('Thanks');
    const second = await chats.saveAssistantMessage({
      conversationId: id,
      content: 'Second',
      parentId: first.parentId,
    });
    expect(ids((await chats.getActivePath({ conversationId: id })).items)).toEqual([question.id, second.id]);

    const before = await chats.getConversation(id);
    const switched = await chats.setActiveLeaf(id, first.id, { toNewest: true, ifVersion: before.version });
    expect(switched).toMatchObject({ activeLeafId: thanks.id, version: before.version + 1 });
    expect(await chats.setActiveLeaf(id, thanks.id)).toEqual(switched);
    const { items } = await chats.getActivePath({ conversationId: id });
    expect(items.map(({ content, siblings }) => [content, `${siblings.position}/${siblings.count}`])).toEqual([
      ['Question', '1/1'],
      ['First', '1/2'],
      ['Thanks', '1/1'],
    ]);
    expect((await say('More')).parentId).toBe(thanks.id);

    const anew = await say('Another question', { parentId: question.parentId });
    expect(anew.parentId).toBeNull();
    expect(ids((await chats.getSiblings({ conversationId: id, messageId: anew.id })).items)).toEqual([
      question.id,
      anew.id,
    ]);
    await expect(chats.setActiveLeaf(id, first.id, { ifVersion: before.version })).rejects.toThrow(
      ConversationChangedError,
    );
    await chats.closeConversation(id);
    expect((await chats.setActiveLeaf(id, second.id)).activeLeafId).toBe(second.id);
  });

  it('keep to their branch while pages of it are read', async () => {
    const { chats, id, say } = await setUp();
    const saved: Message[] = [];
    for (const content of ['a', 'b', 'c', 'd']) saved.push(await say(content));
    for (const order of ['asc', 'desc'] as const) {
      const page = await chats.getActivePath({ conversationId: id, order, limit: 2 });
      const elsewhere = await say('elsewhere', { parentId: saved[0]!.id });
      const rest = await chats.getActivePath({ conversationId: id, order, limit: 9, cursor: page.nextCursor });
      expect([...page.items, ...rest.items].map(({ content }) => content).toSorted()).toEqual(['a', 'b', 'c', 'd']);
      expect((await chats.getConversation(id)).activeLeafId).toBe(elsewhere.id);
      await chats.setActiveLeaf(id, saved[3]!.id);
    }
  });

  it('are chosen while others append, and no message is lost or put elsewhere', async () => {
    const { chats, id, say } = await setUp();
    const [root, other] = [await say('root'), await say('other')];
    await Promise.all([
      ...Array.from({ length: 20 }, (_, number) => say(`plain ${number}`)),
      ...Array.from({ length: 10 }, (_, number) => chats.setActiveLeaf(id, number % 2 === 0 ? root.id : other.id)),
    ]);
    const { items } = await chats.getMessages({ conversationId: id, limit: 100 });
    expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 22 }, (_, index) => index + 1));
    const known = new Set(ids(items));
    for (const { parentId, seq } of items.slice(1)) {
      expect(known.has(parentId!)).toBe(true);
      // What was appended by itself follows the one before it, or one that was chosen.
      const { parentId: before } = items[seq - 1]!;
      expect([items[seq - 2]!.id, root.id, other.id]).toContain(before);
    }
    const { activeLeafId } = await chats.getConversation(id);
    const path = await everyPage(chats, id, 'asc', 7);
    expect(path.at(-1)?.id).toBe(activeLeafId);
    expect(path[0]?.id).toBe(root.id);
  });

  it('are chosen to their newest message, also when that is appended meanwhile', async () => {
    const { database, chats, id, say } = await setUp();
    const root = await say('root');
    const first = await say('first');
    const other = await say('other', { parentId: root.id });
    let newest = first;
    const lengthen = async (): Promise<void> => {
      newest = await say('more', { parentId: newest.id });
    };
    let statements = 1;
    for (let at = 0; at < statements; at += 1) {
      await chats.setActiveLeaf(id, other.id);
      const interrupted = new Interrupted(database, { outside: true });
      interrupted.before = new Map([[at, lengthen]]);
      await new Conversations(database, interrupted.user).setActiveLeaf(id, first.id, { toNewest: true });
      expect((await chats.getConversation(id)).activeLeafId, `appended at ${at}`).toBe(newest.id);
      statements = interrupted.statements;
    }
  });

  it("refuse what isn't there or is somebody else's, and go with their conversation", async () => {
    const { database, chats, id, say } = await setUp();
    const message = await say('one');
    const elsewhere = await chats.createConversation();
    await expect(chats.setActiveLeaf(id, newId())).rejects.toThrow(MessageNotFoundError);
    await expect(chats.setActiveLeaf(elsewhere.id, message.id)).rejects.toThrow(MessageNotFoundError);
    await expect(chats.getSiblings({ conversationId: id, messageId: newId() })).rejects.toThrow(MessageNotFoundError);
    const reading = new Conversations(database, database.forUser('ada', { actor: 'eve', readOnly: true }));
    await expect(reading.setActiveLeaf(id, message.id, { toNewest: true })).rejects.toThrow(ForbiddenError);
    const bob = new Conversations(database, 'bob');
    await expect(bob.setActiveLeaf(id, message.id)).rejects.toThrow(ConversationNotFoundError);
    await expect(bob.getActivePath({ conversationId: id })).rejects.toThrow(ConversationNotFoundError);
    expect((await chats.getActivePath({ conversationId: elsewhere.id })).items).toEqual([]);

    await database.transaction('ada', async () => {
      for (let turn = 0; turn < 520; turn += 1) await say(`${turn}`, turn % 100 === 99 ? { parentId: message.id } : {});
    });
    await chats.setActiveLeaf(id, message.id);
    await chats.eraseConversation(id);
    await expect(chats.getActivePath({ conversationId: id })).rejects.toThrow(ConversationNotFoundError);
    expect(await branchesLeft(database)).toBe(0);
  });

  it('can lead nowhere but back: the database refuses a circle', async () => {
    const { database, id, say } = await setUp();
    await say('one');
    const own = newId();
    const row = { conversation_id: id, role: 'user', content: 'x', created_at: new Date() } as const;
    await expect(
      database
        .forUser('ada')
        .run((db) => db.insertInto('conversation_messages').values({ ...row, id: own, seq: 2, parent_id: own })),
    ).rejects.toThrow(/conversation_branches/);
  });
});

// On SQLite whoever chooses holds the turn to write, so that nobody can come between.
describeEngine('postgres', 'a branch that is chosen while another process appends to it', (context) => {
  it('is followed to its end, wherever the two meet', async () => {
    const url = await context.url();
    await using database = openDatabase({ url, env: {} });
    await using elsewhere = openDatabase({ url, env: {} });
    const [chats, others] = [new Conversations(database, 'ada'), new Conversations(elsewhere, 'ada')];
    const { id: conversationId } = await chats.createConversation();
    const root = await chats.saveUserMessage({ conversationId, content: 'root' });
    const first = await chats.saveAssistantMessage({ conversationId, content: 'first' });
    const other = await chats.saveAssistantMessage({ conversationId, content: 'other', parentId: root.id });
    let tail = first;
    let statements = 1;
    for (let at = 0; at < statements; at += 1) {
      await chats.setActiveLeaf(conversationId, other.id);
      const interrupted = new Interrupted(database);
      let appending: Promise<Message> | undefined;
      const append = async (): Promise<void> => {
        appending = others.saveUserMessage({ conversationId, content: 'more', parentId: tail.id });
        // It may have to wait for what it comes between.
        await Promise.race([appending, setTimeout(50)]);
      };
      interrupted.before = new Map([[at, append]]);
      const choosing = new Conversations(database, interrupted.user);
      await choosing.setActiveLeaf(conversationId, first.id, { toNewest: true });
      statements = interrupted.statements;
      tail = (await appending) ?? tail;
      expect((await chats.getConversation(conversationId)).activeLeafId, `appended at ${at}`).toBe(tail.id);
    }
  });
});

async function branchesLeft(database: Database): Promise<number> {
  return (await database.forUser('ada').all((db) => db.selectFrom('conversation_branches').select('id'))).length;
}
