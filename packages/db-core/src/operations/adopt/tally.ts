/** Why rows weren't taken, or what happened to those that were. */
export interface AdoptionReason {
  /** Upper snake case, stable. */
  readonly code: string;
  readonly message: string;
  readonly rows: number;
  /** The first few of them, by their ids there. */
  readonly examples: readonly string[];
}

export interface AdoptedTable {
  readonly name: string;
  /** Always the sum of the three below. */
  readonly read: number;
  readonly adopted: number;
  readonly alreadyThere: number;
  readonly refused: number;
  /** Why rows were refused; their counts add up to `refused`. */
  readonly reasons: readonly AdoptionReason[];
  /** What isn't as it was there, though the rows were taken: columns that are left out, values that were mended. */
  readonly notes: readonly AdoptionReason[];
}

const EXAMPLES = 5;
const LONGEST_EXAMPLE = 80;

interface Group {
  readonly message: string;
  rows: number;
  readonly examples: string[];
}

/** Counts what becomes of the rows of one table. Each row is `adopted`, `wasThere` or `refuse`d, once. */
export class TableTally {
  readonly name: string;
  #adopted = 0;
  #alreadyThere = 0;
  #refused = 0;
  readonly #reasons = new Map<string, Group>();
  readonly #notes = new Map<string, Group>();

  constructor(name: string) {
    this.name = name;
  }

  adopted(rows = 1): void {
    this.#adopted += rows;
  }

  wasThere(): void {
    this.#alreadyThere += 1;
  }

  /** `id` is what the row is called there. */
  refuse(code: string, message: string, id?: unknown): void {
    this.refuseAll(code, message, 1, id);
  }

  refuseAll(code: string, message: string, rows: number, id?: unknown): void {
    if (rows === 0) return;
    this.#refused += rows;
    count(this.#reasons, { code, message, rows, id });
  }

  /** Says something of rows that are taken all the same. */
  note(code: string, message: string, { rows = 1, id }: { rows?: number; id?: unknown } = {}): void {
    if (rows > 0) count(this.#notes, { code, message, rows, id });
  }

  get report(): AdoptedTable {
    return {
      name: this.name,
      read: this.#adopted + this.#alreadyThere + this.#refused,
      adopted: this.#adopted,
      alreadyThere: this.#alreadyThere,
      refused: this.#refused,
      reasons: reasonsOf(this.#reasons),
      notes: reasonsOf(this.#notes),
    };
  }
}

interface Counted {
  readonly code: string;
  readonly message: string;
  readonly rows: number;
  readonly id: unknown;
}

/** By code and message: one code may concern several columns. */
function count(groups: Map<string, Group>, { code, message, rows, id }: Counted): void {
  const key = `${code} ${message}`;
  const group = groups.get(key) ?? { message, rows: 0, examples: [] };
  groups.set(key, group);
  group.rows += rows;
  const example = exampleOf(id);
  if (example !== undefined && group.examples.length < EXAMPLES) group.examples.push(example);
}

function exampleOf(id: unknown): string | undefined {
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const text = String(id).toWellFormed();
  return text.length <= LONGEST_EXAMPLE ? text : `${text.slice(0, LONGEST_EXAMPLE - 1).toWellFormed()}…`;
}

function reasonsOf(groups: ReadonlyMap<string, Group>): AdoptionReason[] {
  return [...groups].map(([key, { message, rows, examples }]) => ({
    code: key.slice(0, key.indexOf(' ')),
    message,
    rows,
    examples,
  }));
}
