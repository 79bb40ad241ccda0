import type { JsonValue, Message } from '../types.ts';

/** A call of a tool in a message that another way than this library's saved. */
export interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: JsonValue;
}

export interface Result {
  readonly id: string;
  readonly name: string | undefined;
  readonly output: JsonValue;
  readonly isError: boolean;
}

export interface Attached {
  readonly name: string | undefined;
  readonly mediaType: string;
  readonly url: string;
}

/** What a message says, for libraries that shape it in their own way. */
export interface Pieces {
  readonly text: string;
  readonly reasoning: readonly string[];
  readonly calls: readonly Call[];
  readonly results: readonly Result[];
  /** Those with a URL; without one nobody can fetch them. */
  readonly attached: readonly Attached[];
}

export function piecesOf({ id, role, content, parts }: Message): Pieces {
  const list = parts ?? [];
  const texts = list.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  // Some programs keep the text a second time, as a part.
  const text = texts.join('') === content ? content : [content, ...texts].filter((each) => each !== '').join('\n\n');
  const results = list.flatMap((part) =>
    part.type === 'tool-result'
      ? [
          {
            id: part.toolCallId ?? id,
            name: part.toolName,
            output: part.output ?? content,
            isError: part.isError ?? false,
          },
        ]
      : [],
  );
  const isBareResult = role === 'tool' && results.length === 0;
  return {
    text,
    reasoning: list.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])),
    calls: list.flatMap((part, index) =>
      part.type === 'tool-call'
        ? [{ id: part.toolCallId ?? `${id}-${index}`, name: part.toolName, input: part.input ?? content }]
        : [],
    ),
    results: isBareResult ? [{ id, name: undefined, output: text, isError: false }] : results,
    attached: list.flatMap((part) =>
      part.type === 'attachment' && part.url !== undefined
        ? [{ name: part.name, mediaType: part.mediaType ?? 'application/octet-stream', url: part.url }]
        : [],
    ),
  };
}

/** A value as text, as models are given what tools say. */
export function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
