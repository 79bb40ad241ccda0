import { createHash, randomBytes } from 'node:crypto';
import type { SystemHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import type { RowOf } from '../database/query.ts';
import type { ErasureKind } from '../schema/enumerations.ts';
import * as queries from './ledger.repository.ts';

/** How many rows of a table were erased, and how many were kept under a pseudonym. */
export interface ErasedRows {
  readonly deleted: number;
  readonly pseudonymised: number;
}

export type ErasureCounts = Readonly<Record<string, ErasedRows>>;

/** A line of the ledger. Whose rows it was about can be recognised by who has the id, and not be read from it. */
export interface Erasure {
  readonly id: string;
  readonly kind: ErasureKind;
  readonly salt: string;
  /** SHA-256 of salt and id, in hexadecimal. */
  readonly ownerHash: string;
  /** Of a single row: where it was. */
  readonly table: string | null;
  readonly rowId: string | null;
  readonly counts: ErasureCounts;
  readonly startedAt: Date;
  /** Null while it is under way or was interrupted. */
  readonly completedAt: Date | null;
  /** When it was last done again, after a restore. */
  readonly appliedAt: Date | null;
}

const PAGE = 500;
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';
const SALT_BYTES = 16;

/** What stands for an erased owner where something is kept. */
export const PSEUDONYM_PREFIX = 'erased:';

export function pseudonymOf({ id }: Pick<Erasure, 'id'>): string {
  return `${PSEUDONYM_PREFIX}${id}`;
}

export function isOwner({ salt, ownerHash }: Pick<Erasure, 'salt' | 'ownerHash'>, userId: string): boolean {
  return hashOf(salt, userId) === ownerHash;
}

function hashOf(salt: string, userId: string): string {
  return createHash('sha256').update(salt).update('\0').update(userId).digest('hex');
}

type ErasureRow = NonNullable<RowOf<(typeof queries.list)['row']>>;

function toErasure(row: ErasureRow): Erasure {
  return {
    id: row.id,
    kind: row.kind,
    salt: row.salt,
    ownerHash: row.owner_hash,
    table: row.table_name,
    rowId: row.row_id,
    counts: row.counts as unknown as ErasureCounts,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    appliedAt: row.applied_at,
  };
}

export interface NewErasure {
  readonly userId: string;
  readonly row?: { readonly table: string; readonly id: string };
}

/** What has been erased from one database. */
export class Ledger {
  readonly #system: SystemHandle;

  constructor(system: SystemHandle) {
    this.#system = system;
  }

  async begin({ userId, row }: NewErasure): Promise<Erasure> {
    const salt = randomBytes(SALT_BYTES).toString('hex');
    const erasure: Erasure = {
      id: newId(),
      kind: row === undefined ? 'owner' : 'row',
      salt,
      ownerHash: hashOf(salt, userId),
      table: row?.table ?? null,
      rowId: row?.id ?? null,
      counts: {},
      startedAt: new Date(),
      completedAt: null,
      appliedAt: null,
    };
    await this.add(erasure);
    return erasure;
  }

  /** Takes a line over, from the ledger of the database that a restored one replaces. */
  async add({ table, ...erasure }: Erasure): Promise<void> {
    await this.#system.run(queries.insert, { ...erasure, tableName: table, counts: { ...erasure.counts } as never });
  }

  async get(id: string): Promise<Erasure | undefined> {
    const row = await this.#system.first(queries.findById, { id });
    return row === undefined ? undefined : toErasure(row);
  }

  /** Oldest first; all of them, or those that follow one. */
  async list(which: 'all' | 'unfinished', after = BEFORE_ALL_IDS): Promise<Erasure[]> {
    const found: Erasure[] = [];
    for (;;) {
      const query = which === 'all' ? queries.list : queries.listUnfinished;
      const rows = await this.#system.all(query, { after: found.at(-1)?.id ?? after, limit: PAGE });
      found.push(...rows.map(toErasure));
      if (rows.length < PAGE) return found;
    }
  }

  /** Does a part of an erasure, in the transaction in which it is counted. Gives how many rows it was. */
  part({ id }: Pick<Erasure, 'id'>, table: string, of: keyof ErasedRows, work: () => Promise<number>): Promise<number> {
    return this.#system.transaction(async (system) => {
      const held = await system.first(queries.hold, { id });
      const changed = await work();
      if (changed === 0) return 0;
      const counts = (held?.counts ?? {}) as unknown as Record<string, ErasedRows>;
      const before = counts[table] ?? { deleted: 0, pseudonymised: 0 };
      const after = { ...counts, [table]: { ...before, [of]: before[of] + changed } };
      await system.run(queries.setCounts, { id, counts: after as never });
      return changed;
    });
  }

  /** False when somebody else has completed it. */
  async complete({ id }: Pick<Erasure, 'id'>, now: Date): Promise<boolean> {
    return (await this.#system.first(queries.complete, { id, now })) !== undefined;
  }

  async setApplied({ id }: Pick<Erasure, 'id'>): Promise<void> {
    await this.#system.run(queries.setApplied, { id, now: new Date() });
  }
}
