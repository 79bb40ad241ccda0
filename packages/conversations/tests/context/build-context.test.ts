import { type DatabaseEvent, ValidationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { select, type Weighed, windowOf } from '../../src/context/select.ts';
import { ContextTooLargeError, Conversations } from '../../src/index.ts';
import { conversation } from './random-messages.ts';
import { faultsOf } from './rules.ts';

const CONVERSATIONS = 25;
const BUDGETS = 8;

/** Tokens are the length of what is said: easy to foresee. */
const countTokens = ({ content }: { readonly content: string }) => content.length + 1;

describeEngines('contexts', (context) => {
  async function setUp(onEvent?: (event: DatabaseEvent) => void) {
    const database = await context.open(onEvent === undefined ? {} : { onEvent });
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    return { database, chats, conversation: { conversationId: id } };
  }

  it(`follow the rules in ${CONVERSATIONS * BUDGETS} cases, with branches`, async () => {
    const { database, chats } = await setUp();
    for (const [number, messages] of fc.sample(conversation, CONVERSATIONS).entries()) {
      const { id: conversationId } = await chats.createConversation();
      await database.transaction('ada', async () => {
        let fork: string | undefined;
        for (const { tokens: _, role, ...message } of messages) {
          const status = message.content === '' && message.parts === null ? 'aborted' : message.status;
          const saved = await chats.saveMessage({
            role,
            conversationId,
            ...message,
            status,
            ...(fork !== undefined && number % 3 === 0 && Number(fork.at(-1)) > 6 ? { parentId: fork } : {}),
          });
          fork = saved.message.id;
          if (number % 3 === 0 && saved.message.seq % 7 === 0) fork = saved.message.parentId ?? fork;
        }
      });
      const path = (await chats.getActivePath({ conversationId, limit: 500 })).items;
      const weighed = path.map((message) => ({ ...message, tokens: countTokens(message) + 2 }));
      const system = weighed.filter(({ role }) => role === 'system');
      const systemTokens = system.reduce((sum, { tokens }) => sum + tokens, 0);
      for (let budget = 1; budget <= BUDGETS; budget += 1) {
        const maxTokens = systemTokens + budget * 12;
        const limits = { maxTokens: maxTokens - systemTokens, maxMessages: budget * 3, includeUnfinished: true };
        const expected = select(weighed.slice(windowOf(weighed, limits).start), limits);
        const built = await chats.buildContext({
          conversationId,
          maxTokens,
          maxMessages: budget * 3,
          countTokens,
          tokensPerMessage: 2,
        });
        expect(built.messages.map(({ seq }) => seq)).toEqual(
          [...expected, ...system].map(({ seq }) => seq).toSorted((a, b) => a - b),
        );
        expect(built.tokens.total).toBe(built.messages.reduce((sum, { tokenCount }) => sum + tokenCount, 0));
        expect(built.tokens.total).toBeLessThanOrEqual(maxTokens);
        expect(built.tokens.system).toBe(systemTokens);
        expect(faultsOf(withoutSystem(built.messages.map((each) => ({ ...each, tokens: each.tokenCount }))))).toEqual(
          [],
        );
        expect(built.leftOut.earlier + built.leftOut.incomplete + built.messages.length).toBe(path.length);
      }
    }
  });

  it('have the system messages of their branch, however old, or say why not', async () => {
    const { chats, conversation: where } = await setUp();
    await chats.saveSystemMessage({ ...where, content: 'S'.repeat(20) });
    const question = await chats.saveUserMessage({ ...where, content: 'a question' });
    await chats.saveSystemMessage({ ...where, content: 'of the other branch' });
    await chats.saveAssistantMessage({ ...where, content: 'an answer', parentId: question.id });
    for (let turn = 0; turn < 40; turn += 1) await chats.saveUserMessage({ ...where, content: `turn ${turn}` });
    const options = { ...where, countTokens, tokensPerMessage: 0 };
    const built = await chats.buildContext({ ...options, maxTokens: 21 + 8 * 2 });
    expect(built.messages.map(({ content }) => content)).toEqual(['S'.repeat(20), 'turn 38', 'turn 39']);
    expect(built).toMatchObject({
      tokens: { system: 21, conversation: 16, total: 37 },
      leftOut: { earlier: 40, incomplete: 0 },
    });
    const without = await chats.buildContext({ ...options, maxTokens: 16, includeSystem: false });
    expect(without.messages.map(({ content }) => content)).toEqual(['turn 38', 'turn 39']);
    await expect(chats.buildContext({ ...options, maxTokens: 20 })).rejects.toThrow(ContextTooLargeError);
    await expect(chats.buildContext({ ...options, maxTokens: 20 })).rejects.toMatchObject({
      message: 'The system messages have at least 21 tokens; the context may have 20.',
      status: 422,
    });
    const other = await chats.buildContext({ ...options, maxMessages: 1, leafId: question.id });
    expect(other.messages.map(({ content }) => content)).toEqual(['S'.repeat(20), 'a question']);
    await expect(chats.buildContext(where)).rejects.toThrow(ValidationError);
    await expect(chats.buildContext({ ...where, maxTokens: 9, countTokens: () => Number.NaN })).rejects.toThrow(
      /countTokens/,
    );
    const empty = await chats.createConversation();
    expect(await chats.buildContext({ conversationId: empty.id, maxTokens: 5 })).toEqual({
      messages: [],
      tokens: { system: 0, conversation: 0, total: 0 },
      leftOut: { earlier: 0, incomplete: 0 },
    });
  });

  it('read no more of a long conversation than they need', async () => {
    const events: DatabaseEvent[] = [];
    const { database, chats, conversation: where } = await setUp((event) => events.push(event));
    await database.transaction('ada', async () => {
      await chats.saveSystemMessage({ ...where, content: 'Be brief.' });
      for (let turn = 0; turn < 160; turn += 1) await chats.saveUserMessage({ ...where, content: `turn ${turn}` });
    });
    const statements = async (maxMessages: number) => {
      events.length = 0;
      const { messages } = await chats.buildContext({ ...where, maxMessages });
      expect(messages).toHaveLength(maxMessages + 1);
      return events.flatMap((event) => (event.type === 'query' ? [[event.name, event.rows]] : []));
    };
    expect(await statements(10)).toEqual([
      ['path.findLeaf', 1],
      ['path.listRuns', 0],
      ['path.listSystem', 1],
      ['path.listBySeqs', 32],
    ]);
    expect(await statements(90)).toEqual([
      ['path.findLeaf', 1],
      ['path.listRuns', 0],
      ['path.listSystem', 1],
      ['path.listBySeqs', 32],
      ['path.listBySeqs', 64],
    ]);
  });

  it('use the counts that were made when messages were saved', async () => {
    const { database, chats, conversation: where } = await setUp();
    const saved = [
      await chats.saveUserMessage({ ...where, content: 'What is the weather like in Kyoto?' }),
      await chats.saveAssistantMessage({
        ...where,
        content: '',
        parts: [{ type: 'tool-call', toolName: 'weather', toolCallId: 'c', input: { city: 'Kyoto' } }],
      }),
      await chats.saveToolMessage({
        ...where,
        content: '21 °C and <|endoftext|>',
        parts: [{ type: 'tool-result', toolCallId: 'c' }],
      }),
    ];
    const stored = await database
      .forUser('ada')
      .all((db) => db.selectFrom('conversation_messages').select(['id', 'token_count']).orderBy('seq'));
    expect(stored).toEqual([
      { id: saved[0]!.id, token_count: 8 },
      { id: saved[1]!.id, token_count: 7 },
      { id: saved[2]!.id, token_count: 11 },
    ]);
    const { messages, tokens } = await chats.buildContext({ ...where, maxTokens: 1_000 });
    expect(messages.map(({ tokenCount }) => tokenCount)).toEqual([12, 11, 15]);
    expect(tokens.total).toBe(38);
    const partial = { ...where, content: 'It', status: 'partial', requestId: 'r' } as const;
    const { id } = await chats.saveAssistantMessage(partial);
    const countOf = () =>
      database
        .forUser('ada')
        .first((db) => db.selectFrom('conversation_messages').select('token_count').where('id', '=', id));
    expect(await countOf()).toEqual({ token_count: null });
    await chats.saveAssistantMessage({ ...partial, content: 'It is warm.', status: 'complete' });
    expect(await countOf()).toEqual({ token_count: 4 });
  });
});

function withoutSystem<M extends Weighed>(messages: readonly M[]): readonly M[] {
  return messages.filter(({ role }) => role !== 'system');
}
