import type { UIMessage } from 'ai';
import { isMarker } from '../adapters/history.ts';
import { piecesOf, textOf } from '../adapters/pieces.ts';
import { isDetailsPart } from '../details-part.ts';
import type { Message, MessageId } from '../types.ts';
import { fromDraft } from './messages.ts';

/** A UI message and the messages that it is made of: one, or an answer that was saved in other ways with its tools' results. */
export interface Group {
  readonly message: UIMessage;
  /** What the next message follows. */
  readonly lastId: MessageId;
  readonly isPartial: boolean;
}

type Part = UIMessage['parts'][number];

export function groupsOf(messages: readonly Message[]): readonly Group[] {
  const groups: Group[] = [];
  /** The parts of the last message where they may take tools' results: those of a message that was saved in another way. */
  let open: Part[] = [];
  for (const message of messages) {
    if (isMarker(message)) continue;
    const { id: lastId, role } = message;
    const isPartial = message.status === 'partial';
    const original = fromDraft(message);
    if (original !== undefined) {
      groups.push({ message: original, lastId, isPartial });
      open = [];
      continue;
    }
    const last = groups.at(-1);
    const parts = takeResults(message, open);
    if (parts.length > 0) {
      groups.push({ message: { id: lastId, role: role === 'tool' ? 'assistant' : role, parts }, lastId, isPartial });
      open = parts;
    } else if (last !== undefined) {
      // All of it went into the message before, or it says nothing.
      groups[groups.length - 1] = { ...last, lastId };
    }
  }
  return groups;
}

/** The parts of a message, but for those results whose calls are open. */
function takeResults(message: Message, open: Part[]): Part[] {
  const { text, reasoning, calls, results, attached } = piecesOf(message);
  const parts: Part[] = [
    ...reasoning.map((thought): Part => ({ type: 'reasoning', text: thought })),
    ...(text === '' || message.role === 'tool' ? [] : [{ type: 'text', text } as const]),
    ...attached.map(({ name, mediaType, url }): Part => {
      const file = { type: 'file', mediaType, url } as const;
      return name === undefined ? file : { ...file, filename: name };
    }),
    ...(message.parts ?? []).flatMap((part): Part[] =>
      part.type === 'data' && !isDetailsPart(part) ? [{ type: `data-${part.name}`, data: part.data }] : [],
    ),
    ...calls.map(({ id, name, input }): Part => ({
      type: 'dynamic-tool',
      toolName: name,
      toolCallId: id,
      state: 'input-available',
      input,
    })),
  ];
  for (const result of results) {
    const end = result.isError
      ? { state: 'output-error', errorText: textOf(result.output) }
      : { state: 'output-available', output: result.output };
    const own = placeOfCall(parts, result.id);
    if (own !== -1) parts[own] = { ...parts[own], ...end } as Part;
    else if (placeOfCall(open, result.id) !== -1) {
      const at = placeOfCall(open, result.id);
      open[at] = { ...open[at], ...end } as Part;
    } else {
      const call = { type: 'dynamic-tool', toolName: result.name ?? 'unknown', toolCallId: result.id, input: null };
      parts.push({ ...call, ...end } as Part);
    }
  }
  return parts;
}

function placeOfCall(parts: readonly Part[], id: string): number {
  return parts.findLastIndex(
    (part) => part.type === 'dynamic-tool' && part.toolCallId === id && part.state === 'input-available',
  );
}
