import {
  AIMessage,
  AIMessageChunk,
  type BaseMessage,
  ChatMessage,
  ChatMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
} from '@langchain/core/messages';
import { piecesOf, textOf } from '../adapters/pieces.ts';
import { type Draft, originalOf, Readable } from '../adapters/readable.ts';
import { type Fields, isFields } from '../import/fields.ts';
import type { Message, MessageRole } from '../types.ts';

export const FORMAT = 'langchain';

const ROLES: Readonly<Record<string, MessageRole>> = {
  human: 'user',
  ai: 'assistant',
  system: 'system',
  tool: 'tool',
  function: 'tool',
};

/** By the names that LangChain serialises them under; a subclass of somebody's own comes back as what it is a kind of. */
const CLASSES: Readonly<Record<string, new (fields: never) => BaseMessage>> = {
  HumanMessage,
  HumanMessageChunk,
  AIMessage,
  AIMessageChunk,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  ChatMessage,
  ChatMessageChunk,
  RemoveMessage,
};

const CLASS_OF_TYPE: Readonly<Record<string, string>> = {
  human: 'HumanMessage',
  ai: 'AIMessage',
  system: 'SystemMessage',
  tool: 'ToolMessage',
  function: 'FunctionMessage',
  remove: 'RemoveMessage',
};

/** What messages have beside what their constructors were given. */
const FIELDS = [
  'id',
  'name',
  'content',
  'additional_kwargs',
  'response_metadata',
  'tool_calls',
  'invalid_tool_calls',
  'tool_call_chunks',
  'usage_metadata',
  'tool_call_id',
  'status',
  'artifact',
  'metadata',
  'role',
] as const;

export function toDraft(message: BaseMessage): Draft {
  const readable = new Readable();
  const type = message.getType();
  readContent(readable, message.content);
  if (AIMessage.isInstance(message)) readAnswer(readable, message);
  if (type === 'tool' || type === 'function') {
    const id = ToolMessage.isInstance(message) ? message.tool_call_id : undefined;
    const isError = ToolMessage.isInstance(message) && message.status === 'error';
    readable.toolResult({ name: message.name, id, isError });
  }
  const original = { class: classOf(message), fields: fieldsOf(message) };
  return readable.draft({ format: FORMAT, role: roleOf(message), original });
}

function readContent(readable: Readable, content: BaseMessage['content']): void {
  if (typeof content === 'string') {
    readable.text(content);
    return;
  }
  for (const block of content) {
    if (typeof block === 'string') readable.text(block);
    else readBlock(readable, block);
  }
}

function readBlock(readable: Readable, block: Fields): void {
  const { type, text, refusal, reasoning, thinking } = block;
  const thought = reasoning ?? thinking;
  if (type === 'text' && typeof text === 'string') readable.text(text);
  else if (type === 'refusal' && typeof refusal === 'string') readable.text(refusal);
  else if ((type === 'reasoning' || type === 'thinking') && typeof thought === 'string') readable.reasoning(thought);
  // Calls stand among the message's `tool_calls` too.
  else if (type !== 'tool_call' && type !== 'tool_use') readAttachment(readable, block);
}

function readAttachment(readable: Readable, block: Fields): void {
  const { image_url: image, url, mimeType, mime_type: mime, name, filename } = block;
  const address = isFields(image) ? image['url'] : (image ?? url);
  if (typeof address !== 'string') {
    readable.data(typeof block['type'] === 'string' ? block['type'] : FORMAT, block);
    return;
  }
  readable.attachment({ name: textIn(name ?? filename), mediaType: textIn(mimeType ?? mime), url: address });
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readAnswer(readable: Readable, message: AIMessage): void {
  for (const { name, id, args } of message.tool_calls ?? []) readable.toolCall({ name, id, input: args });
  for (const { name, id, args } of message.invalid_tool_calls ?? []) readable.toolCall({ name, id, input: args });
  const metadata: Fields = message.response_metadata;
  const usage: unknown = message.usage_metadata;
  readable.model({
    name: metadata['model_name'] ?? metadata['model'],
    tokens: isFields(usage) ? usage['total_tokens'] : undefined,
  });
}

function roleOf(message: BaseMessage): MessageRole {
  const type = message.getType();
  const word = ChatMessage.isInstance(message) ? message.role : type;
  // A role of somebody's own, as `generic` messages may have, is what neither the user nor a tool said.
  return (Object.hasOwn(ROLES, word) ? ROLES[word] : undefined) ?? (word === 'user' ? 'user' : 'assistant');
}

function classOf(message: BaseMessage): string {
  const name = message.lc_id.at(-1) ?? '';
  if (Object.hasOwn(CLASSES, name)) return name;
  return CLASS_OF_TYPE[message.getType()] ?? 'ChatMessage';
}

function fieldsOf(message: BaseMessage): Fields {
  const names = new Set([...Object.keys(message.lc_kwargs), ...FIELDS]);
  // Made again from the content.
  names.delete('contentBlocks');
  return Object.fromEntries([...names].map((name) => [name, Reflect.get(message, name) ?? message.lc_kwargs[name]]));
}

export function fromKeelson(message: Message): BaseMessage[] {
  const original = originalOf(message, FORMAT);
  if (!isFields(original) || !isFields(original['fields'])) return foreign(message);
  const name = String(original['class']);
  const Class = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  return Class === undefined ? foreign(message) : [new Class(original['fields'] as never)];
}

/** One that was saved in another way. What tools gave is a message each, as LangChain has it. */
function foreign(message: Message): BaseMessage[] {
  const { id, role } = message;
  const { text, calls, results, attached } = piecesOf(message);
  const tools = results.map(
    (result) =>
      new ToolMessage({
        id: results.length === 1 ? id : `${id}-${result.id}`,
        content: textOf(result.output),
        tool_call_id: result.id,
        ...(result.name === undefined ? {} : { name: result.name }),
        ...(result.isError ? { status: 'error' } : {}),
      }),
  );
  if (role === 'tool') return tools;
  const files = attached.map(({ url, mediaType }) =>
    mediaType.startsWith('image/')
      ? { type: 'image_url', image_url: { url } }
      : { type: 'file', url, mimeType: mediaType },
  );
  const content = files.length === 0 ? text : [...(text === '' ? [] : [{ type: 'text', text }]), ...files];
  if (role === 'user') return [new HumanMessage({ id, content }), ...tools];
  if (role === 'system') return [new SystemMessage({ id, content }), ...tools];
  const toolCalls = calls.map((call) => ({
    type: 'tool_call' as const,
    id: call.id,
    name: call.name,
    args: isFields(call.input) ? call.input : { input: call.input },
  }));
  // An answer that never began is nothing that a model could be given.
  const isEmpty = content === '' && toolCalls.length === 0;
  return isEmpty ? tools : [new AIMessage({ id, content, tool_calls: toolCalls }), ...tools];
}
