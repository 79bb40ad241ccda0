import { createHash } from 'node:crypto';
import type { ConvertedMessage, ImportedMessage } from './imported.ts';

/**
 * Names for the messages of a format that has none: each is a digest of all that was said up to there. The same
 * conversation always gets the same names, and one that grew keeps those of its beginning.
 */
export interface Chain {
  readonly messages: readonly ImportedMessage[];
  readonly externalId: string;
  readonly earlierExternalIds: readonly string[];
}

/** Of the messages in their order. `id` is the one of the file, if there is one: files number their lines, so it isn't enough. */
export function chainOf(converted: readonly ConvertedMessage[], id: string | undefined): Chain {
  const messages: ImportedMessage[] = [];
  let parent: string | null = null;
  for (const message of converted) {
    const name: string = createHash('sha256')
      .update(JSON.stringify([parent, message.role, message.content, message.parts]))
      .digest('hex')
      .slice(0, 32);
    messages.push({ ...message, externalId: name, parentExternalId: parent });
    parent = name;
  }
  const names = messages.map(({ externalId }) => externalId).reverse();
  if (id !== undefined && id !== '')
    return { messages, externalId: `${id}:${names.at(-1) ?? ''}`, earlierExternalIds: [] };
  return { messages, externalId: names[0] ?? '', earlierExternalIds: names.slice(1) };
}
