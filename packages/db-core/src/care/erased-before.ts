import type { SystemHandle } from '../database/handle.ts';
import { isOwner, Ledger } from './ledger.ts';

/** A row of another system, as it would be here. */
export interface ErasableRow {
  readonly userId: string;
  readonly table: string;
  readonly id: string;
  /** Null where nobody knows. */
  readonly createdAt: Date | null;
}

interface ErasedOwner {
  readonly salt: string;
  readonly ownerHash: string;
  readonly at: Date;
}

/** What was erased from this database: bringing the same file in again must not bring it back. */
export class ErasedBefore {
  readonly #rows: ReadonlySet<string>;
  readonly #owners: readonly ErasedOwner[];
  /** When what an owner had was last erased. */
  readonly #times = new Map<string, Date | null>();

  private constructor(rows: ReadonlySet<string>, owners: readonly ErasedOwner[]) {
    this.#rows = rows;
    this.#owners = owners;
  }

  static async read(system: SystemHandle): Promise<ErasedBefore> {
    const known = await new Ledger(system).list('all');
    const rows = known.flatMap(({ table, rowId }) => (table === null || rowId === null ? [] : [`${table} ${rowId}`]));
    const owners = known
      .filter(({ kind }) => kind === 'owner')
      .map(({ salt, ownerHash, completedAt, startedAt }) => ({ salt, ownerHash, at: completedAt ?? startedAt }));
    return new ErasedBefore(new Set(rows), owners);
  }

  hasRow(table: string, id: string): boolean {
    return this.#rows.has(`${table} ${id}`);
  }

  /** What an owner made after everything of theirs was erased is new. */
  has({ userId, table, id, createdAt }: ErasableRow): boolean {
    if (this.hasRow(table, id)) return true;
    const at = this.#timeOf(userId);
    return at !== null && (createdAt === null || createdAt <= at);
  }

  #timeOf(userId: string): Date | null {
    const known = this.#times.get(userId);
    if (known !== undefined) return known;
    const times = this.#owners.filter((each) => isOwner(each, userId)).map(({ at }) => at.getTime());
    const latest = times.length === 0 ? null : new Date(Math.max(...times));
    this.#times.set(userId, latest);
    return latest;
  }
}
