import { invalid } from '../schemas/parse.ts';
import type { CountMessageTokens } from '../inputs.ts';
import { tokensOf } from '../tokens/message-tokens.ts';
import { loadTokenizer } from '../tokens/tokenizer.ts';
import type { Message } from '../types.ts';

/** What a message weighs, given what was counted when it was saved. */
export type Scale = (message: Message, counted: number | null) => Promise<number>;

export interface ScaleOptions {
  readonly countTokens?: CountMessageTokens | undefined;
  /** What a model's format puts around each message. */
  readonly tokensPerMessage: number;
}

/** With a counter of the caller's, what was counted before is worth nothing: it may be for another model. */
export function scaleOf({ countTokens, tokensPerMessage }: ScaleOptions): Scale {
  if (countTokens === undefined) {
    return async (message, counted) => (counted ?? tokensOf(message, await loadTokenizer())) + tokensPerMessage;
  }
  return async (message) => {
    const tokens = await countTokens(message);
    if (!Number.isSafeInteger(tokens) || tokens < 0)
      throw invalid([{ path: 'countTokens', message: `gave ${tokens}, which is no count` }]);
    return tokens + tokensPerMessage;
  };
}
