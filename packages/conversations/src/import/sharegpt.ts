import type { MessagePart, MessageRole } from '../types.ts';
import { listedConversation } from './chain.ts';
import { present, restOf, withDetails } from './details.ts';
import { contentOf, type Fields, isFields, momentOf, roleIn, shown, stringOf } from './fields.ts';
import {
  type Cleaner,
  type ConvertedMessage,
  type ImportedConversation,
  type ImportFormat,
  ImportFault,
} from './imported.ts';
import { callRests, callsOf } from './openai.ts';
import {
  boundedMetadata,
  contentRests,
  parsed,
  partsOf,
  readContent,
  reasoningPart,
  toolCallPart,
  toolResultPart,
} from './parts.ts';

/** Whoever wrote a file of this kind chose names; these are in use. */
const ROLES: Readonly<Record<string, MessageRole>> = {
  human: 'user',
  user: 'user',
  prompter: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  assistant: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  claude: 'assistant',
  ai: 'assistant',
  system: 'system',
  developer: 'system',
  tool: 'tool',
  observation: 'tool',
  ipython: 'tool',
  function: 'tool',
  function_response: 'tool',
  tool_response: 'tool',
  function_call: 'assistant',
  tool_call: 'assistant',
};
const CALLS: ReadonlySet<string> = new Set(['function_call', 'tool_call']);

/**
 * ShareGPT: `{"conversations": [{"from", "value"}…]}`, in a list or one a line. Others call the list `conversation`, `items` or
 * `messages`, or have OpenAI's messages (`role`, `content`, `tool_calls`) inside `conversations`.
 */
export const sharegpt: ImportFormat = {
  name: 'sharegpt',
  recognises: (element) => isFields(element) && turnsOf(element) !== undefined,
  convert,
};

function turnsOf(element: Fields): readonly unknown[] | undefined {
  for (const list of [element.conversations, element.conversation, element.items]) {
    const first: unknown = Array.isArray(list) ? list[0] : undefined;
    if (Array.isArray(list) && isFields(first) && typeof (first.from ?? first.role) === 'string') return list;
  }
  const first: unknown = Array.isArray(element.messages) ? element.messages[0] : undefined;
  return Array.isArray(element.messages) && isFields(first) && typeof first.from === 'string'
    ? element.messages
    : undefined;
}

function convert(element: unknown, cleaner: Cleaner): ImportedConversation {
  const turns = isFields(element) ? turnsOf(element) : undefined;
  if (!isFields(element) || turns === undefined) throw new ImportFault('NOT_A_CONVERSATION', 'has no conversations');
  const system = stringOf(element.system) ?? '';
  const all = system === '' ? turns : [{ from: 'system', value: system }, ...turns];
  const converted = all.map((turn) => messageOf(turn, cleaner));
  return listedConversation(
    element,
    {
      source: 'sharegpt',
      id: idOf(element.id),
      converted,
      createdAt: momentOf(element.created_at) ?? momentOf(element.timestamp),
      metadata: {
        id: element.id,
        model: element.model,
        language: element.lang ?? element.language,
        tools: toolsOf(element.tools),
        images: element.images ?? element.image,
      },
      details: restOf(element, PLACED),
    },
    cleaner,
  );
}

const PLACED = [
  'id',
  'title',
  'conversations',
  'conversation',
  'items',
  'messages',
  'system',
  'model',
  'lang',
  'language',
  'tools',
  'images',
  'image',
  'created_at',
  'timestamp',
];
const PLACED_TURN = [
  'from',
  'role',
  'value',
  'content',
  'model',
  'weight',
  'timestamp',
  'created_at',
  'tool_calls',
  'function_call',
  'reasoning_content',
];

function idOf(id: unknown): string | undefined {
  return typeof id === 'number' ? String(id) : stringOf(id);
}

function toolsOf(tools: unknown): unknown {
  if (typeof tools !== 'string') return tools;
  return tools === '' ? undefined : parsed(tools);
}

/** Null for a turn that says nothing. */
function messageOf(turn: unknown, cleaner: Cleaner): ConvertedMessage | null {
  if (!isFields(turn)) throw new ImportFault('NOT_A_CONVERSATION', 'has something else among its turns');
  const given = turn.from ?? turn.role;
  const from = typeof given === 'string' ? given.toLowerCase().replaceAll('-', '_') : '';
  const role = roleIn(ROLES, from);
  if (role === undefined) throw new ImportFault('UNKNOWN_ROLE', `a turn is from ${shown(given)}`);
  const value = turn.value ?? turn.content ?? '';
  if (typeof value !== 'string' && !Array.isArray(value))
    throw new ImportFault('NOT_A_CONVERSATION', 'has a turn whose value is no text');
  const said = readContent(value, cleaner);
  const isCall = CALLS.has(from);
  const calls = isCall ? callsIn(said.text, cleaner) : undefined;
  const text = calls === undefined ? said.text : '';
  const parts = [
    ...reasoningPart(stringOf(turn.reasoning_content) ?? '', cleaner),
    ...said.parts,
    ...callsOf(turn, cleaner),
    ...(calls ?? (isCall ? [toolCallPart({ name: undefined, input: undefined }, cleaner)] : [])),
    ...(role === 'tool' ? [toolResultPart({ name: turn.name, id: turn.tool_call_id }, cleaner)] : []),
  ];
  if (text === '' && parts.length === 0) return null;
  const converted: ConvertedMessage = {
    role,
    content: contentOf(text, cleaner),
    parts: partsOf(parts, cleaner),
    status: 'complete',
    createdAt: momentOf(turn.timestamp) ?? momentOf(turn.created_at),
    metadata: boundedMetadata(
      {
        source: 'sharegpt',
        modelName: role === 'assistant' ? stringOf(turn.model) : undefined,
        weight: turn.weight,
      },
      cleaner,
    ),
  };
  const details = present({
    ...restOf(turn, [...PLACED_TURN, ...(role === 'tool' ? ['name', 'tool_call_id'] : [])]),
    content: contentRests(value),
    tool_calls: callRests(turn.tool_calls),
  });
  return withDetails(converted, details, { format: 'sharegpt', cleaner });
}

/** A call, or a list of them, written as JSON; undefined when the text is something else. */
function callsIn(value: string, cleaner: Cleaner): MessagePart[] | undefined {
  const json = parsed(value);
  const list: readonly unknown[] = Array.isArray(json) ? json : [json];
  if (list.length === 0 || !list.every((call) => isFields(call) && typeof call.name === 'string')) return undefined;
  return list
    .filter(isFields)
    .map(({ name, id, arguments: input, parameters }) =>
      toolCallPart({ name, id, input: input ?? parameters }, cleaner),
    );
}
