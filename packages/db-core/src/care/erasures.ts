import { type Database, engineOf } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { parseUserId, SYSTEM_OWNER, type UserId } from '../database/user-id.ts';
import { ForbiddenError, InternalError } from '../errors/index.ts';
import { recordFor } from '../platform/audit-event.ts';
import { type By, OPERATOR } from '../platform/by.ts';
import { certify, type ErasureCertificate } from './certificate.ts';
import { type Erasure, isOwner, Ledger, PSEUDONYM_PREFIX, pseudonymOf } from './ledger.ts';
import { ownedTables } from './owned-tables.ts';
import { findOwner, findRowOwner } from './find-owner.ts';
import { countOwned, OwnerErasure, type OwnerErasureOptions } from './owner-erasure.ts';
import { eraseOneRow } from './row-erasure.ts';
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

export interface ApplyErasures extends OwnerErasureOptions {
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
 * again, or with {@link finish}, which `kernel.tidy` calls every night.
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

  /**
   * Erases everything of an owner: a person or an organisation, with account, sessions, tokens and memberships. In the audit
   * and the change log a pseudonym stands for them from then on.
   *
   * @throws ForbiddenError for the database's own rows
   * @throws ErasureOutrunError when programs go on writing for the owner
   */
  async eraseOwner(userId: string, options: EraseOwner = {}): Promise<ErasureCertificate> {
    const owner = erasable(userId);
    const { ledger } = await this.#tools('erase an owner');
    const unfinished = await ledger.list('unfinished');
    const erasure =
      unfinished.find((each) => each.kind === 'owner' && isOwner(each, owner)) ??
      (await ledger.begin({ userId: owner }));
    return this.#eraseOwner(erasure, owner, options);
  }

  /**
   * Erases one row of a user with the rows that refer to it, also immutable ones.
   *
   * @throws ForbiddenError through a handle that only reads
   */
  async eraseRow(
    user: string | UserHandle,
    { table, id, rewrite }: { readonly table: string; readonly id: string; readonly rewrite?: boolean },
  ): Promise<ErasureCertificate> {
    const handle = this.#database.forUser(user);
    if (handle.isReadOnly) throw new ForbiddenError(`${handle.actor} may only read the rows of ${handle.userId}.`);
    const { ledger } = await this.#tools('erase a row');
    const unfinished = await ledger.list('unfinished');
    const erasure =
      unfinished.find((each) => each.table === table && each.rowId === id && isOwner(each, handle.userId)) ??
      (await ledger.begin({ userId: handle.userId, row: { table, id } }));
    return this.#eraseRow(erasure, handle.userId, { by: { userId: handle.actor }, rewrite });
  }

  /** The ledger, oldest first: keep it with backups, and give it to {@link apply} after a restore. */
  async list(): Promise<readonly Erasure[]> {
    const { ledger } = await this.#tools('read the ledger of erasures');
    return ledger.list('all');
  }

  /** Finishes what was interrupted. */
  async finish(options: OwnerErasureOptions = {}): Promise<AppliedErasures> {
    const { ledger } = await this.#tools('finish erasures');
    return this.#apply(await ledger.list('unfinished'), options);
  }

  /** Does all erasures again: for a database that was restored from a backup, before anybody uses it. */
  async apply({ ledger: replaced = [], since, ...options }: ApplyErasures = {}): Promise<AppliedErasures> {
    const { ledger } = await this.#tools('apply the ledger of erasures');
    for (const erasure of replaced) await ledger.add(erasure);
    const known = await ledger.list('all');
    const due = known.filter(({ completedAt }) => completedAt === null || since === undefined || completedAt > since);
    return this.#apply(due, options);
  }

  async #apply(due: readonly Erasure[], options: OwnerErasureOptions): Promise<AppliedErasures> {
    if (due.length === 0) return { applied: [] };
    const { statements, ledger } = await this.#tools('apply erasures');
    const owners = await findOwner(
      this.#database,
      statements,
      due.filter(({ kind }) => kind === 'owner'),
    );
    const applied: ErasureCertificate[] = [];
    for (const erasure of due) {
      const owner = erasure.kind === 'owner' ? owners.get(erasure.id) : await findRowOwner(statements, erasure);
      // Nothing of it is here, and nothing is left to be finished.
      if (owner === undefined && erasure.completedAt !== null) continue;
      applied.push(await this.#again(erasure, owner, options));
      await ledger.setApplied(erasure);
    }
    return { applied };
  }

  /** Without an owner its rows are gone, and only the end of it is missing. */
  async #again(erasure: Erasure, owner: string | undefined, options: OwnerErasureOptions): Promise<ErasureCertificate> {
    if (owner === undefined) return this.#end(erasure, { by: OPERATOR });
    if (erasure.kind === 'owner') return this.#eraseOwner(erasure, owner, options);
    return this.#eraseRow(erasure, owner, { by: OPERATOR });
  }

  async #eraseOwner(
    erasure: Erasure,
    userId: string,
    { by = OPERATOR, rewrite = true, ...options }: EraseOwner,
  ): Promise<ErasureCertificate> {
    const { statements, ledger } = await this.#tools('erase an owner');
    const work = await OwnerErasure.of(this.#database, { statements, ledger, erasure, userId }, options);
    await work.run();
    return this.#end(erasure, { by: by.userId === userId ? { userId: pseudonymOf(erasure) } : by, rewrite });
  }

  async #eraseRow(
    erasure: Erasure,
    userId: string,
    end: { readonly by: By; readonly rewrite?: boolean | undefined },
  ): Promise<ErasureCertificate> {
    const tools = await this.#tools('erase a row');
    const { table, rowId } = erasure;
    if (table !== null && rowId !== null)
      await eraseOneRow(this.#database, { ...tools, erasure, row: { userId, table, id: rowId } });
    return this.#end(erasure, { ...end, userId });
  }

  async #end(
    erasure: Erasure,
    { by, userId = SYSTEM_OWNER, rewrite = false }: { by: By; userId?: string; rewrite?: boolean | undefined },
  ): Promise<ErasureCertificate> {
    this.#database.cache.clear();
    const { ledger } = await this.#tools('complete an erasure');
    const counted = await ledger.get(erasure.id);
    const storage: StorageReport = await cleanStorage(this.#database, {
      tables: Object.keys(counted?.counts ?? {}),
      rewrite,
    });
    const entry = { action: `${erasure.kind}.erased`, entity: 'erasure', entityId: erasure.id };
    await this.#database.system('care: complete an erasure').transaction(async (system) => {
      if (await ledger.complete(erasure, new Date())) await recordFor(system, { by, userId, ...entry });
    });
    const completed = await ledger.get(erasure.id);
    if (completed === undefined) throw new InternalError('The line of an erasure is not in the ledger.');
    return certify(this.#database, completed, storage);
  }

  async #tools(reason: string): Promise<{ readonly statements: Statements; readonly ledger: Ledger }> {
    await this.#database.initialize();
    return { statements: new Statements(this.#database), ledger: new Ledger(this.#database.system(`care: ${reason}`)) };
  }
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
