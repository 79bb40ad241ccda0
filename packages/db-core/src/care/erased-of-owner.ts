import { type Erasure, isOwner, type Ledger } from './ledger.ts';

/** A row that somebody brings from elsewhere, and that may have been here before. */
export interface BroughtRow {
  readonly table: string;
  /** What it would be called here; several where it may have come under other names. */
  readonly ids: readonly string[];
  /** Null where nobody knows. */
  readonly createdAt: Date | null;
}

/**
 * What was erased of one owner: an old file of theirs must not bring it back. Ask when the row was looked for and isn't
 * there: an erasure is in the ledger before the first row goes, so that one which runs meanwhile is seen too.
 */
export class ErasedOfOwner {
  readonly #ledger: Ledger;
  readonly #userId: string;
  /** By table and id; whose they were is looked at where one is met. */
  readonly #rows = new Map<string, Erasure[]>();
  /** When everything of the owner was erased last. */
  #ownerAt: Date | undefined;
  #last: string | undefined;

  constructor(ledger: Ledger, userId: string) {
    this.#ledger = ledger;
    this.#userId = userId;
  }

  /** `row`: it was erased itself. `owner`: everything was that the owner had, and it isn't newer. Null: it may come. */
  async find({ table, ids, createdAt }: BroughtRow): Promise<'row' | 'owner' | null> {
    await this.#read();
    const known = ids.flatMap((id) => this.#rows.get(`${table} ${id}`) ?? []);
    if (known.some((erasure) => isOwner(erasure, this.#userId))) return 'row';
    if (this.#ownerAt === undefined || (createdAt !== null && createdAt > this.#ownerAt)) return null;
    return 'owner';
  }

  /** What came to the ledger since the last time. */
  async #read(): Promise<void> {
    for (const erasure of await this.#ledger.list('all', this.#last)) {
      this.#last = erasure.id;
      const { kind, table, rowId, completedAt, startedAt } = erasure;
      if (kind === 'owner') {
        if (isOwner(erasure, this.#userId)) this.#ownerAt = later(this.#ownerAt, completedAt ?? startedAt);
        continue;
      }
      const key = `${table} ${rowId}`;
      this.#rows.set(key, [...(this.#rows.get(key) ?? []), erasure]);
    }
  }
}

function later(one: Date | undefined, other: Date): Date {
  return one !== undefined && one > other ? one : other;
}
