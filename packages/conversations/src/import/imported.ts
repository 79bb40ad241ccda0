import type { JsonObject, MessagePart, MessageRole, MessageStatus } from '../types.ts';

/**
 * Where an element stood: the line of a JSONL file (from 1), or the index in a JSON array (from 0); and in which file, where
 * there were several.
 */
export type Place = ({ readonly line: number } | { readonly index: number }) & { readonly file?: string };

/** Why an element of a file was left out. Besides these, the code of an error of the catalogue. */
export type ImportFaultCode =
  | 'BROKEN_JSON'
  /** The file ends within it. */
  | 'TRUNCATED'
  /** Something follows the end of the list. */
  | 'TRAILING_DATA'
  /** More than 128 MiB. */
  | 'ELEMENT_TOO_LARGE'
  | 'NOT_A_CONVERSATION'
  /** It is of more than one format at once; `format` says which one is meant. */
  | 'AMBIGUOUS_FORMAT'
  | 'UNKNOWN_ROLE'
  /** A message, its parts or its metadata are longer than they may be. */
  | 'CONTENT_TOO_LARGE'
  /** It has new messages, but was deleted here. */
  | 'DELETED_HERE'
  /** It was erased here, by itself or with everything that its owner had then. */
  | 'ERASED_HERE';

/** Says why one element can't be imported; the others go on. */
export class ImportFault extends Error {
  readonly code: ImportFaultCode;
  constructor(code: ImportFaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A conversation as any format gives it, before it has ids and numbers of its own. */
export interface ImportedConversation {
  readonly externalId: string;
  /** What it was called while it had fewer messages, in formats that give no ids; the longest first. */
  readonly earlierExternalIds?: readonly string[];
  readonly source: string;
  readonly title: string | null;
  readonly createdAt: Date | null;
  /** When it was put away, if it was. */
  readonly archivedAt: Date | null;
  readonly metadata: JsonObject;
  /** Depth first: parents before their children, siblings in the order of the file. */
  readonly messages: readonly ImportedMessage[];
  /** End of the branch in use; null means the last message. */
  readonly activeLeafExternalId: string | null;
  /** Links of the tree that led nowhere, or in a circle, and were cut. */
  readonly cutLinks: number;
}

export interface ImportedMessage {
  readonly externalId: string;
  readonly parentExternalId: string | null;
  readonly role: MessageRole;
  readonly content: string;
  readonly parts: readonly MessagePart[] | null;
  readonly status: MessageStatus;
  readonly createdAt: Date | null;
  readonly metadata: JsonObject;
}

/** The formats that can be imported. */
export const IMPORT_FORMATS = [
  'chatgpt',
  'keelson',
  'librechat',
  'openai',
  'openassistant',
  'openwebui',
  'sharegpt',
] as const;
export type ImportFormatName = (typeof IMPORT_FORMATS)[number];

/** A message before it has an id. */
export type ConvertedMessage = Omit<ImportedMessage, 'externalId' | 'parentExternalId'>;

/** One foreign format: whether an element is of it, and what it means. */
export interface ImportFormat {
  readonly name: Exclude<ImportFormatName, 'keelson'>;
  readonly recognises: (element: unknown) => boolean;
  /** Throws `ImportFault` when the element isn't a whole conversation. `cleaner` repairs text and counts what it repaired. */
  readonly convert: (element: unknown, cleaner: Cleaner) => ImportedConversation;
}

/**
 * Makes foreign text storable: U+0000 and lone surrogates become U+FFFD, and are counted. Takes note of whatever else a report
 * tells of a conversation.
 */
export class Cleaner {
  replaced = 0;
  /** Details that were too long to be kept. */
  leftOut = 0;
  /** How often which kind of content came that the format isn't known to have. */
  readonly unknownKinds = new Map<string, number>();

  readonly text = (text: string): string => {
    if (!text.includes('\0') && text.isWellFormed()) return text;
    return text.replaceAll(/[\0\p{Cs}]/gu, () => {
      this.replaced += 1;
      return '\uFFFD';
    });
  };

  noteUnknown(kind: string): void {
    this.unknownKinds.set(kind, (this.unknownKinds.get(kind) ?? 0) + 1);
  }
}
