import { isDetailsPart } from '../details-part.ts';
import type { JsonValue, Message, MessagePart } from '../types.ts';
import type { CountText } from './tokenizer.ts';

/**
 * How many tokens a message's text and parts have. What is attached isn't looked at: nobody but the model's maker can tell
 * what a picture costs.
 */
export function tokensOf({ content, parts }: Pick<Message, 'content' | 'parts'>, count: CountText): number {
  const texts = (parts ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const others = (parts ?? []).flatMap((part) => (part.type === 'text' || isDetailsPart(part) ? [] : [textOf(part)]));
  // Some programs keep the text a second time, as a part.
  const own = texts.join('') === content ? [content] : [content, ...texts];
  return [...own, ...others].reduce((sum, text) => sum + (text === '' ? 0 : count(text)), 0);
}

function textOf(part: Exclude<MessagePart, { type: 'text' }>): string {
  switch (part.type) {
    case 'reasoning':
      return part.text;
    case 'tool-call':
      return joined(part.toolName, part.input);
    case 'tool-result':
      return joined(part.toolName ?? '', part.output);
    case 'attachment':
      return joined(part.name ?? '', part.url?.startsWith('data:') === true ? undefined : part.url);
    case 'data':
      return joined(part.name, part.data);
  }
}

function joined(name: string, value: JsonValue | undefined): string {
  if (value === undefined) return name;
  return `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
