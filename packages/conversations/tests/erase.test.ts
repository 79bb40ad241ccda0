import { Audit, type ErasureCertificate, Erasures, ForbiddenError, newId, Search } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import {
  ConversationChangedError,
  ConversationNotFoundError,
  Conversations,
  conversationSources,
} from '../src/index.ts';

function deleted({ rows }: ErasureCertificate): Record<string, number> {
  return Object.fromEntries(Object.entries(rows).map(([table, counts]) => [table, counts.deleted]));
}

describeEngines('erasing a conversation', ({ open, raw }) => {
  it('removes it with all its messages and nothing else', async () => {
    const database = await open();
    const chats = new Conversations(database, 'ada');
    const gone = await chats.createConversation({ title: 'gone' });
    const kept = await chats.createConversation({ title: 'kept' });
    for (const { id } of [gone, kept]) {
      const question = await chats.saveUserMessage({ conversationId: id, content: 'Why?' });
      await chats.saveAssistantMessage({ conversationId: id, content: 'Because.', parentId: question.id });
      await chats.saveAssistantMessage({ conversationId: id, content: 'Therefore.', parentId: question.id });
    }
    const preview = await chats.previewErasure(gone.id);
    expect(preview).toMatchObject({ conversations: 1, conversation_messages: 3 });
    const certificate = await chats.eraseConversation(gone.id);
    expect(deleted(certificate)).toEqual(preview);
    expect(certificate).toMatchObject({
      kind: 'row',
      row: { table: 'conversations', id: gone.id },
      rows: {
        conversations: { deleted: 1, pseudonymised: 0 },
        conversation_messages: { deleted: 3, pseudonymised: 0 },
      },
    });
    await expect(chats.getConversation(gone.id)).rejects.toThrow(ConversationNotFoundError);
    await expect(chats.eraseConversation(gone.id)).rejects.toThrow(ConversationNotFoundError);
    await expect(chats.previewErasure(gone.id)).rejects.toThrow(ConversationNotFoundError);
    expect(await chats.getMessageCount(kept.id)).toBe(3);
    const { items } = await new Audit(database).list('ada', { action: 'row.erased' });
    expect(items).toMatchObject([{ actorId: 'ada', entity: 'erasure', entityId: certificate.erasure }]);
  });

  it('also one that was deleted, and a long chain of answers', async () => {
    const database = await open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    let parentId: string | undefined;
    await database.transaction('ada', async () => {
      for (let turn = 0; turn < 1100; turn += 1) {
        const saved = await chats.saveUserMessage({
          conversationId: id,
          content: `turn ${turn}`,
          ...(parentId === undefined ? {} : { parentId }),
        });
        parentId = saved.id;
      }
    });
    const { version } = await chats.getConversation(id);
    await expect(chats.eraseConversation(id, { ifVersion: version + 1 })).rejects.toThrow(ConversationChangedError);
    await chats.deleteConversation(id);
    const { rows } = await chats.eraseConversation(id);
    expect(rows['conversation_messages']).toEqual({ deleted: 1100, pseudonymised: 0 });
    expect(await new Erasures(database).preview('ada')).not.toHaveProperty('conversations');
  });

  it('takes its words out of the index, and its vectors', async () => {
    const database = await open();
    const chats = new Conversations(database, 'ada');
    const search = new Search(database, conversationSources);
    const { id } = await chats.createConversation({ title: 'quixotic' });
    const { id: messageId } = await chats.saveUserMessage({ conversationId: id, content: 'zeppelins and quixotic' });
    const kept = await chats.createConversation({ title: 'zeppelins' });
    await search.refresh('ada');
    await database.forUser('ada').run((db) =>
      db.insertInto('search_embeddings').values(
        [messageId, kept.id].map((entity) => ({
          id: newId(),
          kind: 'message',
          entity_id: entity,
          part: 0,
          model: 'test',
          dimensions: 2,
          content_hash: 'hash',
          vector: Buffer.alloc(8),
          created_at: new Date(),
        })),
      ),
    );
    const preview = await chats.previewErasure(id);
    const certificate = await chats.eraseConversation(id);
    expect(certificate.rows).toMatchObject({ search_embeddings: { deleted: 1 } });
    expect(deleted(certificate)).toEqual(preview);
    const connection = raw(database.config.target.url);
    const index = await connection.query('SELECT id FROM search_postings');
    expect(index.map((row) => String(row['id'])).join(' ')).not.toContain('quixot');
    const entries = await connection.query('SELECT terms FROM search_entries');
    expect(JSON.stringify(entries)).not.toContain('quixot');
    expect((await search.search('ada', { query: 'zeppelins' })).items).toHaveLength(1);
    expect(await connection.query('SELECT entity_id FROM search_embeddings')).toEqual([{ entity_id: kept.id }]);
  });

  it("reaches nobody else's, and not through a handle that only reads", async () => {
    const database = await open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation({ title: 'mine' });
    await expect(new Conversations(database, 'bob').eraseConversation(id)).rejects.toThrow(ConversationNotFoundError);
    await expect(new Conversations(database, 'bob').previewErasure(id)).rejects.toThrow(ConversationNotFoundError);
    await expect(chats.eraseConversation(newId())).rejects.toThrow(ConversationNotFoundError);
    const reading = database.forUser('ada', { actor: 'bob', readOnly: true });
    await expect(new Conversations(database, reading).eraseConversation(id)).rejects.toThrow(ForbiddenError);
    expect(await chats.getConversation(id)).toMatchObject({ title: 'mine' });
  });
});
