import type { MessagePart, MessageRole } from '../types.ts';
import { listedConversation } from './chain.ts';
import { present, restOf, restsOf, withDetails } from './details.ts';
import { contentOf, type Fields, isFields, momentOf, roleIn, shown, stringOf } from './fields.ts';
import {
  type Cleaner,
  type ConvertedMessage,
  type ImportedConversation,
  type ImportFormat,
  ImportFault,
} from './imported.ts';
import {
  boundedMetadata,
  contentRests,
  partsOf,
  readContent,
  reasoningPart,
  toolCallPart,
  toolResultPart,
} from './parts.ts';

const ROLES: Readonly<Record<string, MessageRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Chat messages as OpenAI's API and its fine-tuning take them: `{"messages": [{"role", "content"}…]}`, mostly one a line. */
export const openai: ImportFormat = {
  name: 'openai',
  recognises: (element) => {
    // With a list of models it is a chat of Open WebUI's first versions.
    if (!isFields(element) || Array.isArray(element.models)) return false;
    return typeof firstOf(element.messages)?.role === 'string';
  },
  convert,
};

function firstOf(messages: unknown): Fields | undefined {
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined;
  return isFields(first) ? first : undefined;
}

function convert(element: unknown, cleaner: Cleaner): ImportedConversation {
  if (!isFields(element) || !Array.isArray(element.messages))
    throw new ImportFault('NOT_A_CONVERSATION', 'has no messages');
  const converted = (element.messages as readonly unknown[]).map((message) => messageOf(message, cleaner));
  return listedConversation(
    element,
    {
      source: 'openai',
      id: stringOf(element.id),
      converted,
      createdAt: momentOf(element.created_at) ?? momentOf(element.created),
      metadata: {
        id: element.id,
        model: element.model,
        tools: element.tools,
        functions: element.functions,
        parallelToolCalls: element.parallel_tool_calls,
        metadata: element.metadata,
      },
      details: restOf(element, PLACED),
    },
    cleaner,
  );
}

const PLACED = [
  'id',
  'title',
  'messages',
  'created_at',
  'created',
  'model',
  'tools',
  'functions',
  'parallel_tool_calls',
  'metadata',
];
const PLACED_MESSAGE = [
  'role',
  'content',
  'reasoning_content',
  'created_at',
  'timestamp',
  'model',
  'weight',
  'tool_calls',
  'function_call',
];

/** Null for a message that says nothing. */
function messageOf(message: unknown, cleaner: Cleaner): ConvertedMessage | null {
  if (!isFields(message)) throw new ImportFault('NOT_A_CONVERSATION', 'has something else among its messages');
  const role = roleIn(ROLES, message.role);
  if (role === undefined) throw new ImportFault('UNKNOWN_ROLE', `a message has the role ${shown(message.role)}`);
  const spoken = isFields(message.audio) ? message.audio.transcript : undefined;
  const said = readContent(firstThatSays(message.content, message.refusal, spoken), cleaner);
  const parts = [
    ...reasoningPart(stringOf(message.reasoning_content) ?? '', cleaner),
    ...said.parts,
    ...(role === 'tool' ? [toolResultPart({ name: message.name, id: message.tool_call_id }, cleaner)] : []),
    ...callsOf(message, cleaner),
  ];
  if (said.text === '' && parts.length === 0) return null;
  const converted: ConvertedMessage = {
    role,
    content: contentOf(said.text, cleaner),
    parts: partsOf(parts, cleaner),
    status: 'complete',
    createdAt: momentOf(message.created_at) ?? momentOf(message.timestamp),
    metadata: boundedMetadata(
      {
        source: 'openai',
        modelName: stringOf(message.model),
        name: role === 'tool' ? undefined : message.name,
        weight: message.weight,
        refused: typeof message.refusal === 'string' ? true : undefined,
        developer: message.role === 'developer' ? true : undefined,
      },
      cleaner,
    ),
  };
  const named = role === 'tool' ? ['name', 'tool_call_id'] : ['name'];
  // A refusal beside an answer isn't the answer.
  const refusal = message.refusal === said.text ? ['refusal'] : [];
  const details = present({
    ...restOf(message, [...PLACED_MESSAGE, ...named, ...refusal]),
    content: contentRests(message.content),
    tool_calls: callRests(message.tool_calls),
    ...(spoken === said.text ? { audio: restOf(message.audio, ['transcript']) } : {}),
  });
  return withDetails(converted, details, { format: 'openai', cleaner });
}

/** Messages without content have null for it, an empty text or an empty list. */
function firstThatSays(...candidates: readonly unknown[]): unknown {
  return candidates.find((each) => each !== undefined && each !== null && each !== '' && !isEmpty(each));
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

export function callRests(list: unknown): readonly Fields[] | undefined {
  return restsOf(list, ['type', 'id', 'function', 'custom', 'name', 'arguments', 'input', 'index']);
}

/** `tool_calls`, and `function_call` of before there were tools. */
export function callsOf(message: Fields, cleaner: Cleaner): MessagePart[] {
  const list = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isFields) : [];
  const parts = list.map((call) => {
    const called = [call.function, call.custom].find(isFields) ?? call;
    return toolCallPart({ name: called.name, id: call.id, input: called.arguments ?? called.input }, cleaner);
  });
  if (!isFields(message.function_call)) return parts;
  const { name, arguments: input } = message.function_call;
  return [...parts, toolCallPart({ name, input }, cleaner)];
}
