import type { AgentInputItem } from '@openai/agents-core';
import { piecesOf, textOf } from '../adapters/pieces.ts';
import { type Draft, originalOf, Readable } from '../adapters/readable.ts';
import { type Fields, isFields, stringOf } from '../import/fields.ts';
import type { Message, MessageRole } from '../types.ts';

const FORMAT = 'openai-agents';

/** Items that say what a tool gave. All others but messages are the model's. */
const RESULTS: ReadonlySet<unknown> = new Set([
  'function_call_result',
  'computer_call_result',
  'shell_call_output',
  'apply_patch_call_output',
  'program_output',
  'tool_search_output',
]);

export function toDraft(item: AgentInputItem): Draft {
  const readable = new Readable();
  const fields: Fields = { ...item };
  const role = roleOf(fields);
  if (isMessage(fields)) readContent(readable, fields['content']);
  else if (RESULTS.has(fields['type'])) readResult(readable, fields);
  else readItem(readable, fields, item);
  return readable.draft({ format: FORMAT, role, original: item });
}

function isMessage({ type, role }: Fields): boolean {
  return type === 'message' || (type === undefined && role !== undefined);
}

function roleOf(fields: Fields): MessageRole {
  const { type, role } = fields;
  if (isMessage(fields)) return role === 'user' || role === 'system' ? role : 'assistant';
  return RESULTS.has(type) ? 'tool' : 'assistant';
}

function readContent(readable: Readable, content: unknown): void {
  if (typeof content === 'string') readable.text(content);
  for (const piece of Array.isArray(content) ? content : []) if (isFields(piece)) readPiece(readable, piece);
}

function readPiece(readable: Readable, piece: Fields): void {
  const { type, text, refusal, image, file, audio, transcript, filename } = piece;
  if (typeof text === 'string') {
    readable.text(text);
    return;
  }
  const said = stringOf(refusal) ?? stringOf(transcript);
  if (said !== undefined) readable.text(said);
  const url = addressOf(image) ?? addressOf(file);
  if (url !== undefined) readable.attachment({ name: stringOf(filename), url, ...(image ? IMAGE : {}) });
  else if (said === undefined || audio !== undefined) readable.data(stringOf(type) ?? FORMAT, piece);
}

const IMAGE = { mediaType: 'image/*' } as const;

function addressOf(value: unknown): string | undefined {
  return stringOf(value) ?? (isFields(value) ? stringOf(value['url']) : undefined);
}

function readResult(readable: Readable, fields: Fields): void {
  const { output, name, callId, call_id: otherId, status } = fields;
  const result = { name: stringOf(name), id: stringOf(callId) ?? stringOf(otherId), isError: status === 'failed' };
  const pieces = isFields(output) && typeof output['text'] === 'string' ? [output] : output;
  if (typeof pieces === 'string' || isContent(pieces)) {
    readContent(readable, pieces);
    readable.toolResult(result);
  } else {
    readable.toolResult({ ...result, output: output ?? fields['tools'] });
  }
}

/** Pieces as messages have them, with some text among them: without, the content wouldn't say what the tool gave. */
function isContent(value: unknown): boolean {
  return Array.isArray(value) && value.some((piece) => isFields(piece) && typeof piece['text'] === 'string');
}

function readItem(readable: Readable, fields: Fields, item: AgentInputItem): void {
  const { type, name, callId, arguments: given, content, rawContent } = fields;
  const id = stringOf(callId) ?? stringOf(fields['call_id']);
  if (id !== undefined) {
    readable.toolCall({ name: stringOf(name) ?? stringOf(type), id, input: given ?? item });
    return;
  }
  if (type === 'reasoning') {
    for (const list of [content, rawContent]) {
      for (const piece of Array.isArray(list) ? list : [])
        readable.reasoning(isFields(piece) ? (stringOf(piece['text']) ?? '') : '');
    }
    return;
  }
  readable.data(stringOf(type) ?? FORMAT, item);
}

/** The items of a message: one, unless it was saved in another way. */
export function fromKeelson(message: Message): AgentInputItem[] {
  const original = originalOf(message, FORMAT);
  return isFields(original) ? [original as AgentInputItem] : foreign(message);
}

function foreign(message: Message): AgentInputItem[] {
  const { role, status } = message;
  const { text, reasoning, calls, results, attached } = piecesOf(message);
  const outputs = results.map((result): AgentInputItem => ({
    type: 'function_call_result',
    callId: result.id,
    name: result.name ?? 'unknown',
    status: 'completed',
    output: textOf(result.output),
  }));
  if (role === 'tool') return outputs;
  if (role === 'system') return text === '' ? [] : [{ type: 'message', role, content: text }];
  if (role === 'user') {
    const files = attached.map((file) =>
      file.mediaType.startsWith('image/')
        ? ({ type: 'input_image', image: file.url } as const)
        : ({ type: 'input_file', file: { url: file.url } } as const),
    );
    const said = text === '' ? [] : [{ type: 'input_text', text } as const];
    const content = files.length === 0 ? text : [...said, ...files];
    return content.length === 0 ? outputs : [{ type: 'message', role, content }, ...outputs];
  }
  const answer: AgentInputItem = {
    type: 'message',
    role,
    status: status === 'complete' ? 'completed' : 'incomplete',
    content: [{ type: 'output_text', text }],
  };
  return [
    ...reasoning.map((thought): AgentInputItem => ({
      type: 'reasoning',
      content: [{ type: 'input_text', text: thought }],
    })),
    ...(text === '' ? [] : [answer]),
    ...calls.map((call): AgentInputItem => ({
      type: 'function_call',
      callId: call.id,
      name: call.name,
      arguments: textOf(call.input),
      status: 'completed',
    })),
    ...outputs,
  ];
}
