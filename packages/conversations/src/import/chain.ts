import { createHash } from 'node:crypto';
import { type Details, metadataWithDetails } from './details.ts';
import { type Fields, firstLine, stringOf, titleOf } from './fields.ts';
import {
  type Cleaner,
  type ConvertedMessage,
  type ImportedConversation,
  type ImportedMessage,
  ImportFault,
  type ImportFormatName,
} from './imported.ts';
import { boundedMetadata } from './parts.ts';

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

/** What the formats know of a conversation that is a list of messages, null for those that say nothing. */
export interface Listed {
  readonly source: ImportFormatName;
  readonly id: string | undefined;
  readonly converted: readonly (ConvertedMessage | null)[];
  readonly createdAt: Date | null;
  readonly metadata: Fields;
  /** What of the conversation has no other place. */
  readonly details: Details;
}

/** @throws ImportFault when none of the messages says anything */
export function listedConversation(element: Fields, listed: Listed, cleaner: Cleaner): ImportedConversation {
  const { source, id, converted, createdAt, metadata, details } = listed;
  const chain = chainOf(
    converted.filter((message) => message !== null),
    id,
  );
  if (chain.messages.length === 0) throw new ImportFault('NOT_A_CONVERSATION', 'has no messages that say anything');
  return {
    ...chain,
    externalId: cleaner.text(chain.externalId),
    source,
    title: titleOf(stringOf(element.title) ?? firstLine(chain.messages), cleaner),
    createdAt,
    archivedAt: null,
    metadata: metadataWithDetails(boundedMetadata(metadata, cleaner), details, { format: source, cleaner }),
    activeLeafExternalId: null,
    cutLinks: 0,
  };
}
