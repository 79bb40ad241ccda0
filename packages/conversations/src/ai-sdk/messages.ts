import type { UIMessage } from 'ai';
import { type Draft, originalOf, Readable } from '../adapters/readable.ts';
import { type Fields, isFields } from '../import/fields.ts';
import type { Message, MessageStatus } from '../types.ts';

export const FORMAT = 'ai-sdk';

type Part = UIMessage['parts'][number];

export function toDraft(message: UIMessage, status: MessageStatus): Draft {
  const readable = new Readable();
  for (const part of message.parts) readPart(readable, part);
  return readable.draft({ format: FORMAT, role: message.role, original: message, status });
}

function readPart(readable: Readable, part: Part): void {
  if (part.type === 'text') readable.text(part.text);
  else if (part.type === 'reasoning') readable.reasoning(part.text);
  else if (part.type === 'file') readable.attachment({ name: part.filename, mediaType: part.mediaType, url: part.url });
  else if (part.type === 'dynamic-tool' || part.type.startsWith('tool-')) readTool(readable, part as ToolPart);
  else if (part.type !== 'step-start') readable.data(part.type, part);
}

type ToolPart = Extract<Part, { readonly toolCallId: string }>;

function readTool(readable: Readable, part: ToolPart): void {
  const name = part.type === 'dynamic-tool' ? part.toolName : part.type.slice('tool-'.length);
  const id = part.toolCallId;
  readable.toolCall({ name, id, input: part.input });
  if (part.state === 'output-available') readable.toolResult({ name, id, output: part.output ?? null });
  if (part.state === 'output-error') readable.toolResult({ name, id, output: part.errorText, isError: true });
}

/** The UI message that was saved; undefined for a message that was saved in another way. */
export function fromDraft(message: Message): UIMessage | undefined {
  const original = originalOf(message, FORMAT);
  if (!isFields(original) || !Array.isArray(original['parts'])) return undefined;
  const parts = original['parts'].map((part: unknown) => (isFields(part) ? complete(part) : part));
  return { ...original, parts } as unknown as UIMessage;
}

const WITHOUT_INPUT: ReadonlySet<unknown> = new Set(['input-streaming', 'output-error']);

/**
 * A tool may be given nothing and give nothing, which JSON leaves out. The SDK then misses the member: its schemas take
 * undefined for any value, but not its absence.
 */
function complete(part: Fields): Fields {
  const { type, state } = part;
  if (typeof type === 'string' && type.startsWith('data-')) return { data: undefined, ...part };
  if (typeof state !== 'string' || typeof part['toolCallId'] !== 'string') return part;
  return {
    ...(WITHOUT_INPUT.has(state) ? {} : { input: undefined }),
    ...(state === 'output-available' ? { output: undefined } : {}),
    ...part,
  };
}
