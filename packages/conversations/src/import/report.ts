import type { ImportFaultCode, Place } from './imported.ts';

/** An element of the file that was left out, and why. `line` counts from 1, `index` from 0. */
export interface ImportError {
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
  /** The signal stopped it before the end of the file. */
  readonly stopped: boolean;
}

const MAX_ERRORS = 100;

/** What one conversation of the file came to. */
export interface Stored {
  readonly isNew: boolean;
  readonly created: number;
  readonly duplicates: number;
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
  readonly #errors: ImportError[] = [];

  stored(
    { isNew, created, duplicates }: Stored,
    repairs: { readonly replaced: number; readonly cutLinks: number },
  ): void {
    this.#conversations += 1;
    if (isNew) this.#createdConversations += 1;
    this.#createdMessages += created;
    this.#duplicates += duplicates;
    this.#replaced += repairs.replaced;
    this.#cutLinks += repairs.cutLinks;
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
      stopped,
    };
  }
}
