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
  abstract get entry(): ErrorEntry;
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

/** An error of the catalogue. `Code` keeps classes apart for the type checker, which otherwise sees one shape. */
export interface CatalogueError<Code extends string = string> extends KeelsonError {
  readonly entry: ErrorEntry;
  readonly code: Code;
}

/** What `defineError` gives. */
export type KeelsonErrorClass<Code extends string = string> = new (
  message: string,
  options?: ErrorOptions,
) => CatalogueError<Code>;

type ErrorBase = abstract new (message: string, options?: ErrorOptions) => KeelsonError;

/**
 * Enters an error in the catalogue and gives the class to extend. With a `base` the new class is one of its kind, with an
 * entry of its own: whoever catches the base catches it too.
 *
 * @throws Error when the code is already taken, so two packages can't mean different things by one code.
 * @example
 * ```ts
 * export class InvoiceNotFoundError extends defineError({
 *   code: 'INVOICE_NOT_FOUND', title: 'No such invoice', status: 404, exitCode: 1, retriable: false,
 *   hint: 'List the invoices that exist.',
 * }, NotFoundError) {}
 * ```
 */
export function defineError<const Code extends string>(
  entry: ErrorEntry & { readonly code: Code },
  base: ErrorBase = KeelsonError,
): KeelsonErrorClass<Code> {
  const known = entries.get(entry.code);
  if (known !== undefined) throw new Error(`The error code ${entry.code} is defined twice.`);
  entries.set(entry.code, Object.freeze(entry));
  abstract class Defined extends base {
    override get entry(): ErrorEntry {
      return entry;
    }
    override get code(): Code {
      return entry.code;
    }
  }
  return Defined as unknown as KeelsonErrorClass<Code>;
}
