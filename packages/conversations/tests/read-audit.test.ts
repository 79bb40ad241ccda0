import { acting, Audit, type Database, OPERATOR, Organisations, SYSTEM_OWNER } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { ConversationNotFoundError, Conversations } from '../src/index.ts';

describeEngines("reading somebody else's conversations", (context) => {
  async function setUp() {
    const database = await context.open();
    const { id: organisationId } = await new Organisations(database).create({ name: 'Ours', owner: 'ada' });
    await new Organisations(database).addMember({ organisationId, memberId: 'vic', role: 'viewer' }, OPERATOR);
    const own = new Conversations(database, organisationId);
    const { id } = await own.createConversation();
    const { id: messageId } = await own.saveUserMessage({
      conversationId: id,
      content: 'Hello',
      metadata: { source: 's' },
    });
    return { database, organisationId, own, id, messageId };
  }

  const reads = (chats: Conversations, conversationId: string, messageId: string): (() => Promise<unknown>)[] => [
    () => chats.getConversation(conversationId),
    () => chats.getMessages({ conversationId }),
    () => chats.getLastNMessages(conversationId, 3),
    () => chats.getMessage(conversationId, messageId),
    () => chats.getActivePath({ conversationId }),
    () => chats.getSiblings({ conversationId, messageId }),
    () => chats.buildContext({ conversationId, maxTokens: 100 }),
    () => chats.getMessageCount(conversationId),
    () => chats.countByRole(conversationId),
    () => chats.exportConversation(conversationId),
    () => chats.previewErasure(conversationId),
    () => chats.getBySource({ source: 's', conversationId }),
    () => chats.getBySource({ source: 's' }),
    () => chats.listConversations(),
    () => chats.getStatistics({}),
  ];

  const noted = async (database: Database, owner: string) =>
    (await new Audit(database).list(owner, { action: 'conversations.read' })).items.map(
      ({ actorId, entity, entityId, requestId }) => ({ actorId, entity, entityId, requestId }),
    );

  it('is in the audit each time, also where a viewer does it; reading one’s own is not', async () => {
    const { database, organisationId, own, id, messageId } = await setUp();
    for (const read of reads(own, id, messageId)) await read();
    expect(await noted(database, organisationId)).toEqual([]);
    for (const [userId, requestId] of [
      ['ada', 'request-1'],
      ['vic', 'request-2'],
    ] as const) {
      const before = (await noted(database, organisationId)).length;
      const user = await acting(database, { userId, organisationId, requestId });
      const all = reads(new Conversations(database, user), id, messageId);
      for (const read of all) await read();
      const events = (await noted(database, organisationId)).slice(0, all.length).toReversed();
      expect((await noted(database, organisationId)).length - before).toBe(all.length);
      const one = { actorId: userId, entity: 'conversation', entityId: id, requestId };
      const several = { ...one, entity: 'conversations', entityId: null };
      expect(events).toEqual([...Array.from({ length: 12 }, () => one), several, several, several]);
    }
    const { items } = await new Audit(database).list(organisationId, { action: 'rows.written' });
    expect(items).toEqual([]);
  });

  it('is part of the transaction around it, and outside of one that only reads', async () => {
    const { database, organisationId, id } = await setUp();
    const member = await acting(database, { userId: 'ada', organisationId });
    await expect(
      member.transaction(async () => {
        await new Conversations(database, member).getConversation(id);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await noted(database, organisationId)).toEqual([]);
    const viewer = await acting(database, { userId: 'vic', organisationId });
    await viewer.transaction(() => new Conversations(database, viewer).getConversation(id));
    expect(await noted(database, organisationId)).toHaveLength(1);
  });

  it('gives nothing where it could not be noted', async () => {
    const { database, organisationId, id } = await setUp();
    const raw = context.raw(database.config.target.url);
    await raw.query(
      context.engine === 'sqlite'
        ? `CREATE TRIGGER stop BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'stopped'); END`
        : `ALTER TABLE audit_events ADD CONSTRAINT stop CHECK (action <> 'conversations.read') NOT VALID`,
    );
    const operator = new Conversations(database, database.forUser(organisationId, { actor: SYSTEM_OWNER }));
    let seen: unknown;
    await expect(operator.getMessages({ conversationId: id }).then((page) => (seen = page))).rejects.toThrow();
    expect(seen).toBeUndefined();
  });

  it('notes what was asked for in vain, too', async () => {
    const { database, id, organisationId } = await setUp();
    const eve = new Conversations(database, database.forUser('eve', { actor: SYSTEM_OWNER }));
    await expect(eve.getMessages({ conversationId: id })).rejects.toThrow(ConversationNotFoundError);
    expect(await noted(database, 'eve')).toMatchObject([{ actorId: SYSTEM_OWNER, entityId: id }]);
    expect(await noted(database, organisationId)).toEqual([]);
  });
});
