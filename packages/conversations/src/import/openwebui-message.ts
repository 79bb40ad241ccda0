import type { MessagePart, MessageRole } from '../types.ts';
import { type Details, present, restOf, restsOf, withDetails } from './details.ts';
import { contentOf, type Fields, isFields, momentOf, roleIn, shown, stringOf } from './fields.ts';
import { Cleaner, type ConvertedMessage, ImportFault } from './imported.ts';
import {
  attachmentPart,
  boundedMetadata,
  contentRests,
  dataPart,
  parsed,
  partsOf,
  readContent,
  reasoningPart,
  type Said,
  toolCallPart,
  toolResultPart,
  unknownPart,
} from './parts.ts';

const ROLES: Readonly<Record<string, MessageRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
};

/** A message of Open WebUI, or null when it says nothing. */
export function messageOf(message: unknown, cleaner: Cleaner): ConvertedMessage | null {
  if (!isFields(message)) return null;
  const role = roleIn(ROLES, message.role);
  if (role === undefined) throw new ImportFault('UNKNOWN_ROLE', `a message has the role ${shown(message.role)}`);
  const said = saidIn(message, role, cleaner);
  const parts = [...said.parts, ...merged(message, cleaner), ...files(message, cleaner)];
  const failed = message.error !== undefined && message.error !== null && message.error !== false;
  const status = message.done === false || failed ? 'aborted' : 'complete';
  if (said.text === '' && parts.length === 0 && (role !== 'assistant' || status === 'complete')) return null;
  const usage = isFields(message.usage) ? message.usage : isFields(message.info) ? message.info : {};
  const converted: ConvertedMessage = {
    role,
    content: contentOf(said.text, cleaner),
    parts: partsOf(parts, cleaner),
    status,
    createdAt: momentOf(message.timestamp),
    metadata: boundedMetadata(
      {
        source: 'openwebui',
        modelName: role === 'assistant' ? stringOf(message.model) : undefined,
        tokens: count(usage.total_tokens) ?? count(usage.completion_tokens) ?? count(usage.eval_count),
        error: failed ? errorOf(message.error) : undefined,
        rating: isFields(message.annotation) ? message.annotation.rating : undefined,
      },
      cleaner,
    ),
  };
  return withDetails(converted, detailsOf(message, { role, said }), { format: 'openwebui', cleaner });
}

const PLACED = ['id', 'parentId', 'childrenIds', 'role', 'content', 'output', 'timestamp', 'done', 'files', 'merged'];

/** Steps, sources, ratings, what it was before it was edited, which models were asked, and what comes next year. */
function detailsOf(message: Fields, { role, said }: { role: MessageRole; said: Said }): Details {
  const forRole = { assistant: ['model', 'tool_calls'], tool: ['name', 'tool_call_id'], system: [], user: [] }[role];
  const shown = stringOf(message.content) ?? '';
  return present({
    ...restOf(message, [...PLACED, ...forRole]),
    annotation: restOf(message.annotation, ['rating']),
    error: isFields(message.error) ? restOf(message.error, ['content']) : undefined,
    // Where the steps are told apart, the text that was shown may still be another one.
    content: isStepwise(message) && !says(said, shown) ? shown : contentRests(message.content),
    output: isStepwise(message) ? stepRests(message.output) : undefined,
    told: isStepwise(message) && isEdited(message) ? toldBefore(message) : undefined,
    files: filesRest(message.files),
  });
}

/** What the model said in its steps, where the answer and what it was before it was edited say something else. */
function toldBefore(message: Fields & { readonly output: readonly unknown[] }): string | undefined {
  const { text } = readOutput(message.output, new Cleaner());
  return [message.content, message.originalContent].some((each) => stringOf(each)?.includes(text)) ? undefined : text;
}

/** What `readOutput` leaves of each step that it knows. */
function stepRests(items: readonly unknown[]): readonly Fields[] | undefined {
  const rests = items.filter(isFields).flatMap((item): readonly Fields[] => {
    const type = stringOf(item.type) ?? 'data';
    if (!STEPS.has(type)) return [];
    const own = restOf(item, ['type', 'content', 'summary', 'name', 'call_id', 'arguments', 'output']);
    const rest = present({ ...own, content: contentRests(item.content) });
    return rest === undefined ? [] : [{ type, ...rest }];
  });
  return rests.length === 0 ? undefined : rests;
}

const STEPS: ReadonlySet<string> = new Set(['message', 'reasoning', 'function_call', 'function_call_output']);

function says({ text }: Said, shown: string): boolean {
  const bare = (each: string): string => each.replaceAll(/\s+/gu, ' ').trim();
  return bare(readDetails(shown, new Cleaner()).text) === bare(text);
}

function filesRest(files: unknown): readonly Fields[] | undefined {
  // That it is a file or a picture says nothing more.
  const rests = restsOf(files, ['name', 'content_type', 'url', 'size'])?.filter((rest) =>
    Object.keys(rest).some((name) => name !== 'type'),
  );
  return rests?.length === 0 ? undefined : rests;
}

/** Where several models answered, the answer that was made of theirs. */
function merged({ merged: found }: Fields, cleaner: Cleaner): MessagePart[] {
  return isFields(found) && typeof found.content === 'string' && found.content !== ''
    ? [dataPart('merged', found, cleaner)]
    : [];
}

/** `output` tells an answer step by step where the version has it; before, thoughts and calls stood inside the text. */
function saidIn(message: Fields, role: MessageRole, cleaner: Cleaner): Said {
  if (isStepwise(message)) {
    const told = readOutput(message.output, cleaner);
    return isEdited(message) ? { ...told, text: readDetails(stringOf(message.content) ?? '', cleaner).text } : told;
  }
  const said = readContent(message.content, cleaner);
  if (role !== 'assistant') return role === 'tool' ? asResult(message, said, cleaner) : said;
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isFields) : [];
  const { text, parts } = readDetails(said.text, cleaner);
  return {
    text,
    parts: [
      ...parts,
      ...said.parts,
      ...calls.map((call) => {
        const called = isFields(call.function) ? call.function : call;
        return toolCallPart({ name: called.name, id: call.id, input: called.arguments }, cleaner);
      }),
    ],
  };
}

function isStepwise(message: Fields): message is Fields & { readonly output: readonly unknown[] } {
  return Array.isArray(message.output) && message.output.some(isFields);
}

/** What a model's server did by itself, as OpenAI's answers tell it. */
const SERVERS_STEPS: ReadonlySet<string> = new Set(['web_search_call', 'file_search_call', 'computer_call']);

/** An answer that somebody has changed: its steps still tell what the model said. */
function isEdited(message: Fields): boolean {
  return typeof message.originalContent === 'string' && typeof message.content === 'string' && message.content !== '';
}

function asResult(message: Fields, said: Said, cleaner: Cleaner): Said {
  return {
    text: said.text,
    parts: [toolResultPart({ name: message.name, id: message.tool_call_id }, cleaner), ...said.parts],
  };
}

function readOutput(items: readonly unknown[], cleaner: Cleaner): Said {
  const texts: string[] = [];
  const parts: MessagePart[] = [];
  for (const item of items.filter(isFields)) {
    const type = stringOf(item.type) ?? 'data';
    const said = readContent([item.content, item.summary].flat(), cleaner);
    if (type === 'message') {
      texts.push(said.text);
      parts.push(...said.parts);
    } else if (type === 'reasoning') parts.push(...reasoningPart(said.text, cleaner));
    else if (type === 'function_call')
      parts.push(toolCallPart({ name: item.name, id: item.call_id ?? item.id, input: item.arguments }, cleaner));
    else if (type === 'function_call_output')
      parts.push(toolResultPart({ id: item.call_id, output: outputOf(item.output, cleaner) }, cleaner));
    // Open WebUI's own steps bear its name.
    else if (type.startsWith('open_webui:') || SERVERS_STEPS.has(type)) parts.push(dataPart(type, item, cleaner));
    else parts.push(unknownPart(type, item, cleaner));
  }
  return { text: texts.filter((text) => text !== '').join('\n\n'), parts };
}

/** A result of texts only is their text; anything else stays as it is. */
function outputOf(output: unknown, cleaner: Cleaner): unknown {
  if (!Array.isArray(output)) return output;
  const { text, parts } = readContent(output, cleaner);
  return parts.length === 0 ? text : output;
}

const OPENING = '<details type="';
const CLOSING = '</details>';

/** Takes `<details type="reasoning">` and `<details type="tool_calls">` out of the text. Looks at each character once. */
function readDetails(text: string, cleaner: Cleaner): Said {
  const parts: MessagePart[] = [];
  const rest: string[] = [];
  let from = 0;
  for (let at = text.indexOf(OPENING); at >= 0; at = text.indexOf(OPENING, from)) {
    const bodyAt = text.indexOf('>', at);
    const end = bodyAt < 0 ? -1 : text.indexOf(CLOSING, bodyAt);
    if (end < 0) break;
    const found = detailsPart(text.slice(at, bodyAt), text.slice(bodyAt + 1, end), cleaner);
    rest.push(text.slice(from, found === undefined ? end + CLOSING.length : at));
    parts.push(...(found ?? []));
    from = end + CLOSING.length;
  }
  if (from === 0) return { text, parts };
  rest.push(text.slice(from));
  return { text: rest.join('').trim(), parts };
}

function detailsPart(tag: string, body: string, cleaner: Cleaner): MessagePart[] | undefined {
  const attributes = attributesOf(tag);
  if (attributes.type === 'reasoning') {
    const inner = unescaped(body.replace(/^\s*<summary>[^<]*<\/summary>/u, ''));
    return reasoningPart(inner.replaceAll(/^> ?/gmu, '').trim(), cleaner);
  }
  if (attributes.type !== 'tool_calls' || attributes.name === undefined) return undefined;
  const { name, id } = attributes;
  // Both are JSON text within JSON text.
  const input = parsed(attributes.arguments ?? '');
  const output = parsed(attributes.result ?? '');
  return [
    toolCallPart({ name, id, input: input === '' ? undefined : input }, cleaner),
    ...(attributes.done === 'true' ? [toolResultPart({ name, id, output }, cleaner)] : []),
  ];
}

function attributesOf(tag: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    [...tag.matchAll(/\s([a-z_]+)="([^"]*)"/gu)].map(([, name = '', value = '']) => [name, unescaped(value)]),
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};

function unescaped(text: string): string {
  return text.replaceAll(/&(?:quot|#x27|#39|lt|gt|amp);/gu, (entity) => ENTITIES[entity] ?? entity);
}

function files(message: Fields, cleaner: Cleaner): MessagePart[] {
  const list = Array.isArray(message.files) ? message.files.filter(isFields) : [];
  return list.map((file) => {
    const meta = isFields(file.file) && isFields(file.file.meta) ? file.file.meta : {};
    return attachmentPart(
      {
        name: file.name ?? meta.name,
        mediaType: file.content_type ?? meta.content_type ?? (file.type === 'image' ? 'image/*' : undefined),
        url: file.url,
        size: file.size ?? meta.size,
      },
      cleaner,
    );
  });
}

function errorOf(error: unknown): unknown {
  return isFields(error) ? (error.content ?? error) : error;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
