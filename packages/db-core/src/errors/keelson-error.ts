/** What the catalogue says of one error. */
export interface ErrorEntry {
  /** Stable, upper snake case, never reused. */
  readonly code: string;
  /** One short sentence: what happened, for a table of all errors. */
  readonly title: string;
  /** HTTP status that the API answers with. */
  readonly status: number;
  /** Exit code that the CLI ends with. */
  readonly exitCode: number;
  /** May the same work succeed when it is simply done again? */
  readonly retriable: boolean;
  /** What to do; names the command to run where there is one. */
  readonly hint: string;
}

export interface ErrorOptions {
  readonly cause?: unknown;
  /** Replaces the catalogue's hint where the place knows better. */
  readonly hint?: string;
  /** Machine-readable particulars, safe to show: no secrets, no row contents. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Every error that a Keelson package throws on purpose. `code` tells which; `hint` tells what to do. */
export abstract class KeelsonError extends Error {
  abstract readonly entry: ErrorEntry;
  readonly details: Readonly<Record<string, unknown>>;
  readonly #hint: string | undefined;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.details = options.details ?? {};
    this.#hint = options.hint;
  }

  get code(): string {
    return this.entry.code;
  }
  get status(): number {
    return this.entry.status;
  }
  get exitCode(): number {
    return this.entry.exitCode;
  }
  get retriable(): boolean {
    return this.entry.retriable;
  }
  get hint(): string {
    return this.#hint ?? this.entry.hint;
  }
}

const entries = new Map<string, ErrorEntry>();

/** Every entry that the loaded packages have defined, sorted by code. */
export function errorCatalogue(): readonly ErrorEntry[] {
  return [...entries.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

export type KeelsonErrorClass = new (message: string, options?: ErrorOptions) => KeelsonError;

/**
 * Enters an error in the catalogue and gives the class to extend.
 *
 * @example
 * ```ts
 * export class InvoiceNotFoundError extends defineError({
 *   code: 'INVOICE_NOT_FOUND', title: 'No such invoice', status: 404, exitCode: 1, retriable: false,
 *   hint: 'List the invoices that exist.',
 * }) {}
 * ```
 */
export function defineError(entry: ErrorEntry): KeelsonErrorClass {
  const known = entries.get(entry.code);
  if (known !== undefined) throw new Error(`The error code ${entry.code} is defined twice.`);
  entries.set(entry.code, Object.freeze(entry));
  return class extends KeelsonError {
    readonly entry = entry;
  };
}
