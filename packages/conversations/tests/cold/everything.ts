import fc from 'fast-check';
import type { ConversationExport, ConversationId, Conversations, MessageId } from '../../src/index.ts';

const text = fc
  .oneof(fc.constant(''), fc.string({ unit: 'grapheme' }), fc.constant('{"a":1}\n\u2028 "🏨" \\n \t'))
  .filter((value) => !value.includes('\0'));

const randomMessage = fc.record({
  role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
  content: text,
  /** Which of those before it is its parent, if not the leaf. */
  parent: fc.option(fc.nat(50), { freq: 3 }),
  status: fc.constantFrom('complete', 'complete', 'partial', 'aborted'),
  isRepeatable: fc.boolean(),
  parts: fc.option(fc.array(fc.record({ type: fc.constant('text'), text }), { minLength: 1, maxLength: 3 })),
  metadata: fc.record(
    {
      source: fc.constantFrom('web', 'phone'),
      modelName: fc.constantFrom('large', 'small'),
      tokens: fc.nat(1000),
      latencyMs: fc.nat(1000),
      more: fc.record({ z: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), a: fc.boolean() }),
    },
    { requiredKeys: [] },
  ),
});

export const randomConversation = fc.record({
  messages: fc.array(randomMessage, { maxLength: 12 }),
  leaf: fc.option(fc.nat(50)),
  status: fc.constantFrom('ACTIVE', 'ARCHIVED', 'CLOSED'),
});
type RandomConversation = typeof randomConversation extends fc.Arbitrary<infer Value> ? Value : never;

/** Saves a conversation as it was thought up. */
export async function save(chats: Conversations, random: RandomConversation): Promise<ConversationId> {
  const { id } = await chats.createConversation({ title: 'any' });
  const ids: MessageId[] = [];
  const nth = (place: number): MessageId | undefined => ids[place % Math.max(ids.length, 1)];
  for (const { role, parent, isRepeatable, status, content, ...message } of random.messages) {
    const parentId = parent === null ? undefined : nth(parent);
    const { message: saved } = await chats.saveMessage({
      conversationId: id,
      role,
      ...(isRepeatable || status === 'partial' ? { requestId: `request ${ids.length}` } : {}),
      ...(parentId === undefined ? {} : { parentId }),
      status,
      ...message,
      content: content === '' && status === 'complete' ? '-' : content,
    });
    ids.push(saved.id);
  }
  const leaf = random.leaf === null ? undefined : nth(random.leaf);
  if (leaf !== undefined) await chats.setActiveLeaf(id, leaf);
  if (random.status === 'ARCHIVED') await chats.archiveConversation(id);
  if (random.status === 'CLOSED') await chats.closeConversation(id);
  return id;
}

export async function textOf({ chunks }: ConversationExport): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}
