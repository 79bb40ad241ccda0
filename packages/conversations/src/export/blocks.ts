import { isDetailsPart } from '../details-part.ts';
import type { MessageRow } from '../mapping.ts';
import { toMessage } from '../mapping.ts';
import type { JsonValue, Message, MessagePart } from '../types.ts';
import type { ShownRows } from './branches.ts';

/** A piece of a message as people read it: what it is, and its text, set as it is or as code. */
export interface Block {
  readonly label: string | null;
  readonly text: string;
  readonly form: 'text' | 'aside' | 'json' | 'code' | 'none';
}

/** A message as people read it. */
export interface ShownMessage {
  readonly role: Message['role'];
  /** Who spoke, when, and how it ended. */
  readonly heading: { readonly who: string; readonly when: string; readonly notes: readonly string[] };
  readonly blocks: readonly Block[];
}

const ROLES: Readonly<Record<Message['role'], string>> = {
  system: 'System',
  user: 'User',
  assistant: 'Assistant',
  tool: 'Tool',
};
const STATUSES: Readonly<Record<Message['status'], string | null>> = {
  complete: null,
  partial: 'still being written',
  aborted: 'cut off',
};

export function shownMessage(row: MessageRow, { branches, seqs }: Pick<ShownRows, 'branches' | 'seqs'>): ShownMessage {
  const message = toMessage(row);
  const { role, content, modelName, status } = message;
  const parts = message.parts?.filter((part) => !isDetailsPart(part));
  const parent = message.parentId === null ? undefined : seqs.get(message.parentId);
  const place =
    branches === 'all'
      ? `no. ${message.seq}${parent === undefined || parent === message.seq - 1 ? '' : `, follows no. ${parent}`}`
      : null;
  const notes = [modelName, STATUSES[status], place].filter((note) => note !== null);
  return {
    role,
    heading: { who: ROLES[role], when: timeText(message.createdAt), notes },
    blocks: [...blocksBefore(parts ?? []), ...contentBlocks(content, parts ?? []), ...blocksAfter(parts ?? [])],
  };
}

/** To the second, in UTC. */
export function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Thoughts come before what was said, all else after it. */
function blocksBefore(parts: readonly MessagePart[]): Block[] {
  return parts.filter(({ type }) => type === 'reasoning').map(blockOf);
}

function blocksAfter(parts: readonly MessagePart[]): Block[] {
  return parts.filter((part) => part.type !== 'reasoning' && !standsForContent(part)).map(blockOf);
}

/** A call without input, or a result without output, has the message's content for it: its label goes above that. */
function contentBlocks(content: string, parts: readonly MessagePart[]): Block[] {
  const part = parts.find(standsForContent);
  if (part !== undefined) return [{ ...blockOf(part), text: content, form: content === '' ? 'none' : 'code' }];
  return content === '' ? [] : [{ label: null, text: content, form: 'text' }];
}

function standsForContent(part: MessagePart): boolean {
  if (part.type === 'tool-call') return part.input === undefined;
  return part.type === 'tool-result' && part.output === undefined;
}

function blockOf(part: MessagePart): Block {
  switch (part.type) {
    case 'text':
      return { label: null, text: part.text, form: 'text' };
    case 'reasoning':
      return { label: 'Reasoning', text: part.text, form: 'aside' };
    case 'tool-call':
      return { label: `Tool call: ${part.toolName}${idOf(part.toolCallId)}`, ...jsonOf(part.input) };
    case 'tool-result':
      return {
        label: `${part.isError === true ? 'Tool error' : 'Tool result'}${part.toolName === undefined ? '' : `: ${part.toolName}`}${idOf(part.toolCallId)}`,
        ...jsonOf(part.output),
      };
    case 'attachment':
      return { label: `Attachment: ${attachmentText(part)}`, text: '', form: 'none' };
    case 'data':
      return { label: `Data: ${part.name}`, ...jsonOf(part.data) };
  }
}

function idOf(id: string | undefined): string {
  return id === undefined ? '' : ` (${id})`;
}

function jsonOf(value: JsonValue | undefined): Pick<Block, 'text' | 'form'> {
  if (value === undefined) return { text: '', form: 'none' };
  if (typeof value === 'string') return { text: value, form: 'code' };
  return { text: JSON.stringify(value, null, 2), form: 'json' };
}

/** An address that is itself the picture would fill pages. */
function attachmentText({ name, mediaType, url, sizeBytes }: Extract<MessagePart, { type: 'attachment' }>): string {
  const address = url?.startsWith('data:') === true ? 'held in the conversation itself' : url;
  const size = sizeBytes === undefined ? undefined : `${sizeBytes.toLocaleString('en')} bytes`;
  const known = [name, mediaType, size, address].filter((each) => each !== undefined && each !== '');
  return known.length === 0 ? 'without a name' : known.join(', ');
}
