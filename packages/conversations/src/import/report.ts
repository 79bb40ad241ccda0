import type { ImportFaultCode, ImportFormatName, Place } from './imported.ts';

/** A kind of content that an importer doesn't know, and how often it came. It is kept whole, as a `data` part of its message. */
export interface UnknownContent {
  readonly format: ImportFormatName;
  readonly kind: string;
  readonly count: number;
}

/** An element of the file that was left out, and why. `line` counts from 1, `index` from 0. */
export interface ImportError {
  /** Of a folder or an archive with several files: in which one. */
  readonly file?: string;
  readonly line?: number;
  readonly index?: number;
  /** One of the import's own codes, or of the error catalogue. */
  readonly code: ImportFaultCode | (string & {});
  readonly message: string;
}

export interface ImportProgress {
  /** Conversations of the file that are stored by now, whether this import brought them or an earlier one. */
  readonly conversations: number;
  /** Their messages in the file. Always the sum of `created.messages` and `duplicates`. */
  readonly messages: number;
  readonly created: { readonly conversations: number; readonly messages: number };
  /** Messages that were there before. */
  readonly duplicates: number;
  /** Elements that were left out: as many as there are errors. */
  readonly failed: number;
}

export interface ImportReport extends ImportProgress {
  /** The first hundred. */
  readonly errors: readonly ImportError[];
  /** How many more errors there were. */
  readonly errorsLeftOut: number;
  /** Characters that can't be stored (U+0000, halves of surrogate pairs, bytes that aren't UTF-8), now U+FFFD. */
  readonly replacedCharacters: number;
  /** Links between messages that led nowhere, or in a circle, and were cut. */
  readonly cutLinks: number;
  /** The first hundred kinds. */
  readonly unknownContent: readonly UnknownContent[];
  /** Details of messages, and pictures and files that stand in the text, that were too long to be kept. */
  readonly detailsLeftOut: number;
  /** The signal stopped it before the end of the file. */
  readonly stopped: boolean;
}

const MAX_ERRORS = 100;
const MAX_KINDS = 100;

/** What one conversation of the file came to. */
export interface Stored {
  readonly isNew: boolean;
  readonly created: number;
  readonly duplicates: number;
}

/** What had to be done to one conversation for it to come in. */
export interface Repairs {
  readonly format: ImportFormatName;
  readonly replaced: number;
  readonly cutLinks: number;
  readonly leftOut: number;
  readonly unknownKinds: ReadonlyMap<string, number>;
}

/** Counts while an import runs. */
export class Tally {
  #conversations = 0;
  #createdConversations = 0;
  #createdMessages = 0;
  #duplicates = 0;
  #failed = 0;
  #replaced = 0;
  #cutLinks = 0;
  #leftOut = 0;
  readonly #unknown = new Map<string, UnknownContent>();
  readonly #errors: ImportError[] = [];

  stored({ isNew, created, duplicates }: Stored, repairs: Repairs): void {
    this.#conversations += 1;
    if (isNew) this.#createdConversations += 1;
    this.#createdMessages += created;
    this.#duplicates += duplicates;
    this.#replaced += repairs.replaced;
    this.#cutLinks += repairs.cutLinks;
    this.#leftOut += repairs.leftOut;
    for (const [kind, count] of repairs.unknownKinds) this.#noteUnknown(repairs.format, kind, count);
  }

  #noteUnknown(format: ImportFormatName, kind: string, count: number): void {
    const key = `${format} ${kind}`;
    const known = this.#unknown.get(key);
    if (known === undefined && this.#unknown.size >= MAX_KINDS) return;
    this.#unknown.set(key, { format, kind, count: count + (known?.count ?? 0) });
  }

  failed(place: Place, code: string, message: string): void {
    this.#failed += 1;
    if (this.#errors.length < MAX_ERRORS) this.#errors.push({ ...place, code, message });
  }

  get progress(): ImportProgress {
    return {
      conversations: this.#conversations,
      messages: this.#createdMessages + this.#duplicates,
      created: { conversations: this.#createdConversations, messages: this.#createdMessages },
      duplicates: this.#duplicates,
      failed: this.#failed,
    };
  }

  report(stopped: boolean): ImportReport {
    return {
      ...this.progress,
      errors: [...this.#errors],
      errorsLeftOut: this.#failed - this.#errors.length,
      replacedCharacters: this.#replaced,
      cutLinks: this.#cutLinks,
      unknownContent: [...this.#unknown.values()],
      detailsLeftOut: this.#leftOut,
      stopped,
    };
  }
}
