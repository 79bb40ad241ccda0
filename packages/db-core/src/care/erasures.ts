import { type Database, engineOf } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { parseUserId, SYSTEM_OWNER, type UserId } from '../database/user-id.ts';
import { DiskFullError, ForbiddenError, InternalError } from '../errors/index.ts';
import { recordFor } from '../platform/audit-event.ts';
import { type By, OPERATOR } from '../platform/by.ts';
import { certify, type ErasureCertificate } from './certificate.ts';
import { ErasedOfOwner } from './erased-of-owner.ts';
import { type Erasure, isOwner, Ledger, PSEUDONYM_PREFIX, pseudonymOf } from './ledger.ts';
import { ownedTables } from './owned-tables.ts';
import { findOwners, findRowOwner } from './find-owners.ts';
import { countOwned, OwnerErasure, type OwnerErasureOptions } from './owner-erasure.ts';
import { eraseOneRow } from './row-erasure.ts';
import { countOneRow } from './row-preview.ts';
import { Statements } from './statements.ts';
import { cleanStorage, type StorageReport } from './storage.ts';

export interface EraseOwner extends OwnerErasureOptions {
  /** Who has it done, for the audit. Default: {@link OPERATOR}. */
  readonly by?: By;
  /**
   * Also writes anew what held the rows (VACUUM on SQLite, VACUUM FULL on PostgreSQL), so that no byte of them is left in
   * free space. Others wait meanwhile: it takes as long as copying the file, or the tables. Default: true.
   */
  readonly rewrite?: boolean;
}

export interface EraseRow {
  readonly table: string;
  readonly id: string;
  /** As for {@link EraseOwner}. Default: false. */
  readonly rewrite?: boolean;
  /** Called when the rows are gone and their bytes not yet: for what is made of them, such as a search index. */
  readonly afterRows?: () => Promise<unknown>;
}

export interface EraseRows {
  readonly table: string;
  readonly rows: readonly { readonly userId: string; readonly id: string }[];
  readonly signal?: AbortSignal | undefined;
  /** As for {@link EraseRow}; called once. */
  readonly afterRows?: () => Promise<unknown>;
}

export interface FinishErasures extends OwnerErasureOptions {
  /** As for {@link EraseOwner}; done once for all of them. Default: true. */
  readonly rewrite?: boolean;
}

export interface ApplyErasures extends FinishErasures {
  /** The ledger of the database that was replaced, as {@link Erasures.list} gave it. */
  readonly ledger?: readonly Erasure[];
  /** Only what was completed after this moment, or never: that of the backup. Default: all. */
  readonly since?: Date;
}

/** What applying the ledger did. */
export interface AppliedErasures {
  /** Erasures that were done again or finished. */
  readonly applied: readonly ErasureCertificate[];
}

/**
 * Erasure, for good: of an owner with everything that is theirs, or of one row with what belongs to it. The ledger keeps
 * that it was done, without any content.
 *
 * An erasure works in small transactions. One that was interrupted, however that happened, goes on when it is asked for
 * again, or with {@link finish}, which the job `kernel.erase` calls every night.
 *
 * @example
 * ```ts
 * const erasures = new Erasures(database);
 * const certificate = await erasures.eraseOwner('ada');
 * console.log(certificate.rows); // { conversations: { deleted: 3, pseudonymised: 0 }, … }
 * ```
 */
export class Erasures {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** How many rows an erasure would concern, by table; log lines aren't among them. */
  async preview(userId: string): Promise<Readonly<Record<string, number>>> {
    const { statements } = await this.#tools('what would be erased');
    const tables = ownedTables(await engineOf(this.#database).inspect());
    return countOwned(statements, tables, erasable(userId));
  }

  /** How many rows {@link eraseRow} would remove, by table. */
  async previewRow(
    user: string | UserHandle,
    { table, id }: Pick<EraseRow, 'table' | 'id'>,
  ): Promise<Readonly<Record<string, number>>> {
    const { userId } = this.#database.forUser(user);
    const { statements } = await this.#tools('what would be erased with a row');
    return countOneRow(this.#database, statements, { userId, table, id });
  }

  /**
   * Erases everything of an owner: a person or an organisation, with account, sessions, tokens and memberships. In the audit
   * and the change log a pseudonym stands for them from then on.
   *
   * @throws ForbiddenError for the database's own rows
   * @throws ErasureOutrunError when programs go on writing for the owner
   * @throws DiskFullError when there is no room to go on, or to write anew what held the rows
   */
  async eraseOwner(userId: string, options: EraseOwner = {}): Promise<ErasureCertificate> {
    const owner = erasable(userId);
    const { ledger } = await this.#tools('erase an owner');
    const unfinished = await ledger.list('unfinished');
    const erasure =
      unfinished.find((each) => each.kind === 'owner' && isOwner(each, owner)) ??
      (await ledger.begin({ userId: owner }));
    const { by = OPERATOR, rewrite = true, ...rest } = options;
    try {
      await this.#eraseRows(erasure, owner, rest);
      const actor = by.userId === owner ? { userId: pseudonymOf(erasure) } : by;
      return only(await this.#end([{ erasure, by: actor, userId: SYSTEM_OWNER }], rewrite));
    } catch (error) {
      throw unfinishedFor(error);
    }
  }

  /**
   * Writes into the ledger that an owner is to be erased, for the job `kernel.erase` (every night, or enqueued for
   * `keelson:system`) to do. The owner's id is kept nowhere for it: the job finds out whose it is.
   */
  async request(userId: string): Promise<Erasure> {
    const { ledger } = await this.#tools('ask for an erasure');
    return ledger.begin({ userId: erasable(userId) });
  }

  /**
   * Erases one row of a user with the rows that refer to it, also immutable ones.
   *
   * @throws ForbiddenError through a handle that only reads
   */
  async eraseRow(
    user: string | UserHandle,
    { table, id, rewrite = false, afterRows }: EraseRow,
  ): Promise<ErasureCertificate> {
    const handle = this.#database.forUser(user);
    if (handle.isReadOnly) throw new ForbiddenError(`${handle.actor} may only read the rows of ${handle.userId}.`);
    const { ledger } = await this.#tools('erase a row');
    const unfinished = await ledger.list('unfinished');
    const erasure =
      unfinished.find((each) => each.table === table && each.rowId === id && isOwner(each, handle.userId)) ??
      (await ledger.begin({ userId: handle.userId, row: { table, id } }));
    await this.#eraseRows(erasure, handle.userId, {});
    await afterRows?.();
    return only(await this.#end([{ erasure, by: { userId: handle.actor }, userId: handle.userId }], rewrite));
  }

  /** Erases rows whose time is over, of whoever they are, each with a line of its own in the ledger. Cleans up once. */
  async eraseRows({ table, rows, signal, afterRows }: EraseRows): Promise<void> {
    const { ledger } = await this.#tools('erase rows whose time is over');
    const unfinished = await ledger.list('unfinished');
    const endings: Ending[] = [];
    for (const { userId, id } of rows) {
      signal?.throwIfAborted();
      const known = unfinished.find((each) => each.table === table && each.rowId === id && isOwner(each, userId));
      const erasure = known ?? (await ledger.begin({ userId, row: { table, id } }));
      await this.#eraseRows(erasure, userId, {});
      endings.push({ erasure, by: { userId: SYSTEM_OWNER }, userId });
    }
    await afterRows?.();
    if (endings.length > 0) await this.#complete(endings, false);
  }

  /** The ledger, oldest first: keep it with backups, and give it to {@link apply} after a restore. */
  async list(): Promise<readonly Erasure[]> {
    const { ledger } = await this.#tools('read the ledger of erasures');
    return ledger.list('all');
  }

  /** For whoever brings rows of an owner in from elsewhere. */
  erasedOf(user: string | UserHandle): ErasedOfOwner {
    const { userId } = this.#database.forUser(user);
    return new ErasedOfOwner(new Ledger(this.#database.system('care: what was erased of an owner')), userId);
  }

  /** Finishes what was interrupted. */
  async finish({ rewrite = true, ...options }: FinishErasures = {}): Promise<AppliedErasures> {
    const { ledger } = await this.#tools('finish erasures');
    return this.#apply(await ledger.list('unfinished'), { rewrite, ...options });
  }

  /** Does all erasures again: for a database that was restored from a backup, before anybody uses it. */
  async apply({
    ledger: replaced = [],
    since,
    rewrite = true,
    ...options
  }: ApplyErasures = {}): Promise<AppliedErasures> {
    const { ledger } = await this.#tools('apply the ledger of erasures');
    for (const erasure of replaced) await ledger.add(erasure);
    const known = await ledger.list('all');
    const due = known.filter(({ completedAt }) => completedAt === null || since === undefined || completedAt > since);
    return this.#apply(due, { rewrite, ...options });
  }

  async #apply(
    due: readonly Erasure[],
    { rewrite, ...options }: FinishErasures & { readonly rewrite: boolean },
  ): Promise<AppliedErasures> {
    if (due.length === 0) return { applied: [] };
    const { statements } = await this.#tools('apply erasures');
    const ofOwners = due.filter(({ kind }) => kind === 'owner');
    const owners = await findOwners(this.#database, statements, ofOwners);
    const endings: Ending[] = [];
    for (const erasure of due) {
      const userId = erasure.kind === 'owner' ? owners.get(erasure.id) : await findRowOwner(statements, erasure);
      // Without an owner its rows are gone, and at most the end of it is missing.
      if (userId === undefined && erasure.completedAt !== null) continue;
      if (userId !== undefined) await this.#eraseRows(erasure, userId, options);
      endings.push({ erasure, by: OPERATOR, userId: SYSTEM_OWNER });
    }
    const applied = endings.length === 0 ? [] : await this.#end(endings, rewrite);
    const { ledger } = await this.#tools('note what was applied');
    for (const { erasure } of endings) await ledger.setApplied(erasure);
    return { applied };
  }

  async #eraseRows(erasure: Erasure, userId: string, options: OwnerErasureOptions): Promise<void> {
    const tools = await this.#tools('erase rows');
    const { table, rowId } = erasure;
    if (table !== null && rowId !== null) {
      await eraseOneRow(this.#database, { ...tools, erasure, row: { userId, table, id: rowId } });
      return;
    }
    const work = await OwnerErasure.of(this.#database, { ...tools, erasure, userId }, options);
    await work.run();
  }

  async #end(endings: readonly Ending[], rewrite: boolean): Promise<ErasureCertificate[]> {
    const storage = await this.#complete(endings, rewrite);
    const { ledger } = await this.#tools('certify an erasure');
    const certificates: ErasureCertificate[] = [];
    for (const { erasure } of endings) {
      const completed = await ledger.get(erasure.id);
      if (completed === undefined) throw new InternalError('The line of an erasure is not in the ledger.');
      certificates.push(await certify(this.#database, completed, storage));
    }
    return certificates;
  }

  /** Only when the files are clean, too, an erasure is done: until then it is taken up again. */
  async #complete(endings: readonly Ending[], rewrite: boolean): Promise<StorageReport> {
    this.#database.cache.clear();
    const { ledger } = await this.#tools('complete an erasure');
    const tables: string[] = [];
    for (const { erasure } of endings) tables.push(...Object.keys((await ledger.get(erasure.id))?.counts ?? {}));
    const storage = await cleanStorage(this.#database, { tables, rewrite });
    for (const { erasure, by, userId } of endings) {
      const event = { action: `${erasure.kind}.erased`, entity: 'erasure', entityId: erasure.id };
      await this.#database.system('care: complete an erasure').transaction(async (system) => {
        if (await ledger.complete(erasure, new Date())) await recordFor(system, { by, userId, ...event });
      });
    }
    return storage;
  }

  async #tools(reason: string): Promise<{ readonly statements: Statements; readonly ledger: Ledger }> {
    await this.#database.initialize();
    return { statements: new Statements(this.#database), ledger: new Ledger(this.#database.system(`care: ${reason}`)) };
  }
}

/** An erasure of which all rows are gone. */
interface Ending {
  readonly erasure: Erasure;
  readonly by: By;
  /** In whose audit it is noted. */
  readonly userId: string;
}

function only([certificate]: readonly ErasureCertificate[]): ErasureCertificate {
  if (certificate === undefined) throw new InternalError('An erasure ended without a certificate.');
  return certificate;
}

/** @throws ValidationError, or ForbiddenError for what isn't anybody's */
function erasable(userId: string): UserId {
  const owner = parseUserId(userId);
  if (owner.startsWith('keelson:') || owner.startsWith(PSEUDONYM_PREFIX))
    throw new ForbiddenError(`${owner} is nobody who can be erased.`, {
      hint: 'Ids that begin with `keelson:` or `erased:` stand for the database itself and for erased owners.',
    });
  return owner;
}

/** Of other work nothing is kept when the disk is full; of an erasure everything that was done by then. */
function unfinishedFor(error: unknown): unknown {
  if (!(error instanceof DiskFullError)) return error;
  return new DiskFullError(error.message, {
    cause: error,
    hint: 'Free some space on the disk that holds the database, and erase the same again: what is erased stays erased, and it goes on from there.',
  });
}
