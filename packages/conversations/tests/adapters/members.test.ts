import { describeEngines } from '@keelson/db-core/testing';
import * as langchain from '@langchain/core/messages';
import { type AgentInputItem, protocol } from '@openai/agents-core';
import { safeValidateUIMessages, type UIMessage } from 'ai';
import { expect, it } from 'vitest';
import { KeelsonChat } from '../../src/ai-sdk/index.ts';
import { Conversations } from '../../src/index.ts';
import { KeelsonChatMessageHistory } from '../../src/langchain/index.ts';
import { KeelsonSession } from '../../src/openai-agents/index.ts';
import { samplesOf } from './zod-samples.ts';

type Part = UIMessage['parts'][number];
type Tool = Extract<Part, { readonly toolCallId: string }>;

// Below is every kind of part that the installed version knows, and every state of a tool: one more, and the types are wrong.

const providerMetadata = { openai: { itemId: 'a long id of an item of the provider of the model' } };
const call = { toolCallId: 'call-1', title: 'Weather', callProviderMetadata: providerMetadata, providerExecuted: true };
const named = { ...call, type: 'tool-weather' } as const;
const dynamic = { ...call, type: 'dynamic-tool', toolName: 'weather', toolMetadata: { clientName: 'mcp' } } as const;
const input = { city: 'Oslo', note: 'a note that is long enough to be kept in one place only' };
const states = {
  'input-streaming': { state: 'input-streaming', input: { city: 'Os' } },
  'input-available': { state: 'input-available', input },
  'approval-requested': { state: 'approval-requested', input, approval: { id: 'a', signature: 's' } },
  'approval-responded': { state: 'approval-responded', input, approval: { id: 'a', approved: false, reason: 'no' } },
  'output-available': {
    state: 'output-available',
    input,
    output: { celsius: 4 },
    preliminary: true,
    resultProviderMetadata: providerMetadata,
    approval: { id: 'a', approved: true },
  },
  'output-error': {
    state: 'output-error',
    input: undefined,
    rawInput: '{"city":',
    errorText: 'The service said nothing.',
    approval: { id: 'a', approved: true, reason: 'fine' },
  },
  'output-denied': { state: 'output-denied', input, approval: { id: 'a', approved: false, reason: 'not now' } },
} as const satisfies Record<Tool['state'], object>;

const TOOLS = Object.entries(states).flatMap(([state, fields]): readonly Part[] => [
  { ...named, ...fields, state } as Part,
  { ...dynamic, ...fields, state } as Part,
]);

const OTHERS: Record<Exclude<Part, Tool>['type'], Part> = {
  text: { type: 'text', text: 'Cold.', state: 'done', providerMetadata },
  reasoning: { type: 'reasoning', id: 'r-1', text: 'They ask for the weather.', state: 'streaming', providerMetadata },
  'source-url': { type: 'source-url', sourceId: '1', url: 'https://example.org/', title: 'Weather', providerMetadata },
  'source-document': {
    type: 'source-document',
    sourceId: '2',
    mediaType: 'application/pdf',
    title: 'Climate',
    filename: 'climate.pdf',
    providerMetadata,
  },
  file: {
    type: 'file',
    mediaType: 'image/png',
    filename: 'a.png',
    url: 'data:image/png;base64,AA==',
    providerMetadata,
  },
  'step-start': { type: 'step-start' },
  'data-weather': { type: 'data-weather', id: 'd-1', data: { celsius: [4, null] } },
};

/** Tools may be given nothing and give nothing. */
const NOTHING: readonly Part[] = [
  { type: 'tool-ping', toolCallId: 'p', state: 'input-available', input: undefined },
  { type: 'tool-ping', toolCallId: 'p', state: 'output-available', input: undefined, output: undefined },
  { type: 'data-nothing', data: undefined },
];
const PARTS: readonly Part[] = [...Object.values(OTHERS), ...TOOLS, ...NOTHING];

/** One of each kind of block that LangChain has a standard for. */
const BLOCKS: { readonly [Type in langchain.ContentBlock.Standard['type']]: object } = {
  text: { text: 'Cold.', annotations: [{ type: 'citation', url: 'https://example.org/', startIndex: 0, endIndex: 4 }] },
  reasoning: { reasoning: 'They ask for the weather in the north.', index: 0 },
  refusal: { refusal: 'I can’t say that.', extras: { category: 'x' } },
  non_standard: { value: { anything: 1 } },
  image: { url: 'https://example.org/a.png', mimeType: 'image/png' },
  video: { fileId: 'file-1' },
  audio: { data: Uint8Array.of(0, 255), mimeType: 'audio/wav' },
  'text-plain': { text: 'plain', title: 'Notes', context: 'c' },
  file: { data: 'AAAA', mimeType: 'application/pdf', metadata: { filename: 'a.pdf' } },
  tool_call: { id: '1', name: 'weather', args: { city: 'Oslo' } },
  tool_call_chunk: { id: '1', name: 'weather', args: '{"ci', index: 0 },
  invalid_tool_call: { id: '1', name: 'weather', args: '{', error: 'no JSON' },
  server_tool_call: { id: '1', name: 'web_search', args: { query: 'Oslo' } },
  server_tool_call_chunk: { id: '1', name: 'web_search', args: '{"q' },
  server_tool_call_result: { toolCallId: '1', status: 'success', output: { hits: [] } },
};

type MessageClass = new (fields: never) => langchain.BaseMessage;

/** The classes of messages that LangChain exports, by name: those that it adds are tested as well. */
function messageClasses(): readonly (readonly [string, MessageClass])[] {
  const base = langchain.BaseMessage.prototype;
  return Object.entries(langchain).flatMap(([name, value]: [string, unknown]) => {
    const isMessage =
      typeof value === 'function' && Object.prototype.isPrototypeOf.call(base, value.prototype as object);
    return isMessage && name !== 'BaseMessageChunk' ? [[name, value as MessageClass] as const] : [];
  });
}

function messageOf(name: string, Class: MessageClass): langchain.BaseMessage {
  const content = Object.entries(BLOCKS).map(([type, fields]) => ({ type, ...fields }));
  const message = new Class({
    id: `id of ${name}`,
    name: 'ada',
    role: 'critic',
    content,
    additional_kwargs: { lc_source: 'async_subagent' },
    response_metadata: { model_name: 'm', output_version: 'v0' },
    tool_call_id: 'call-1',
    status: 'error',
    artifact: { picture: Uint8Array.of(1, 2) },
    metadata: { kept: true },
    tool_calls: [{ type: 'tool_call', id: '1', name: 'weather', args: { city: 'Oslo' } }],
    invalid_tool_calls: [{ type: 'invalid_tool_call', id: '2', name: 'weather', args: '{', error: 'no JSON' }],
    tool_call_chunks: [{ type: 'tool_call_chunk', id: '1', name: 'weather', args: '{"city":"Oslo"}', index: 0 }],
    usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3, output_token_details: { reasoning: 1 } },
  } as never);
  return message;
}

function shown(message: langchain.BaseMessage): unknown {
  const { lc_kwargs: _, ...fields } = message;
  return { ...fields, class: message.lc_id, type: message.getType(), blocks: message.contentBlocks };
}

describeEngines('every kind of thing that a library has', (context) => {
  async function setUp() {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    return { database, chats, id };
  }

  it('comes back exactly from a chat of the AI SDK, and is valid', async () => {
    const { database, chats, id } = await setUp();
    const chat = new KeelsonChat(database, 'ada', id);
    const messages: UIMessage[] = [
      { id: 'q', role: 'user', parts: [OTHERS.text, OTHERS.file], metadata: { from: 'web' } },
      ...PARTS.map((part, index): UIMessage => ({ id: `${part.type} ${index}`, role: 'assistant', parts: [part] })),
      { id: 'all', role: 'assistant', parts: [...PARTS] },
    ];
    expect(await safeValidateUIMessages({ messages })).toMatchObject({ success: true });
    await chat.save(messages);
    const loaded = await chat.load();
    expect(loaded).toEqual(messages);
    expect(await safeValidateUIMessages({ messages: loaded })).toMatchObject({ success: true });
    // Nothing is there a second time, however it comes back.
    const count = await chats.getMessageCount(id);
    await chat.save(loaded);
    await chat.save(JSON.parse(JSON.stringify(loaded)) as UIMessage[]);
    expect(await chats.getMessageCount(id)).toBe(count);
  });

  it('comes back exactly from a session of agents, and is valid', async () => {
    const { database, id } = await setUp();
    const items = samplesOf(protocol.ModelItem) as AgentInputItem[];
    const kinds = new Set(items.map(({ type }) => type));
    const known = protocol.ModelItem.options.flatMap((option) => [
      ...(samplesOf(option.shape.type as never) as string[]),
    ]);
    expect(kinds).toEqual(new Set(known));
    expect(kinds.size).toBeGreaterThan(15);
    for (const item of items) expect(protocol.ModelItem.safeParse(item).error).toBeUndefined();
    const session = new KeelsonSession(database, 'ada', id);
    await session.addItems(items);
    const loaded = await session.getItems();
    expect(loaded).toEqual(items);
    for (const item of loaded) expect(protocol.ModelItem.safeParse(item).error).toBeUndefined();
    expect(await session.popItem()).toEqual(items.at(-1));
  });

  it('comes back exactly from a history of LangChain, as the same class', async () => {
    const { database, id } = await setUp();
    expect(new Set(Object.keys(BLOCKS))).toEqual(new Set([...langchain.KNOWN_BLOCK_TYPES, 'non_standard']));
    const classes = messageClasses();
    expect(classes.length).toBeGreaterThan(12);
    const contentBlocks = Object.entries(BLOCKS).map(([type, fields]) => ({ type, ...fields }));
    const messages = [
      ...classes.map(([name, Class]) => messageOf(name, Class)),
      new langchain.AIMessage({ id: 'v1', contentBlocks: contentBlocks as never }),
      langchain.addNotificationMetadata(new langchain.HumanMessage({ id: 'n', content: 'Done.' }), { source: 'x' }),
    ];
    const before = messages.map(shown);
    const history = new KeelsonChatMessageHistory(database, 'ada', id);
    await history.addMessages(messages);
    const loaded = await history.getMessages();
    expect(loaded.map(({ constructor }) => constructor)).toEqual(messages.map(({ constructor }) => constructor));
    expect(loaded.map(shown)).toEqual(before);
    // Adding them again, as a program does that tries twice, adds nothing.
    await history.addMessages(loaded);
    expect(await history.getMessages()).toHaveLength(messages.length);
  });
});
