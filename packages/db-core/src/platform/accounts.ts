import * as z from 'zod';
import type { Database } from '../database/database.ts';
import type { SystemHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import { UniqueViolationError } from '../errors/index.ts';
import { type Account, type AccountRow, auditedAccount, toAccount } from './account.ts';
import * as queries from './account.repository.ts';
import { recordFor } from './audit-event.ts';
import { type By, OPERATOR } from './by.ts';
import { checkPassword, emailSchema, enter, refused } from './credentials.ts';
import { AccountExistsError, AccountNotFoundError } from './errors.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from './input.ts';
import { hashPassword, passwordSchema } from './passwords.ts';
import { endSessions } from './session-end.ts';

export interface CreateAccount {
  /** At most 320 characters; its case doesn't matter. */
  readonly email: string;
  /** At least 12 characters. */
  readonly password: string;
  readonly fullName?: string | null;
  /** Default: false. */
  readonly isAdmin?: boolean;
}

export interface ChangePassword {
  readonly email: string;
  /** The one that is in use. */
  readonly current: string;
  /** At least 12 characters. */
  readonly password: string;
  /** The session that it is changed from; the account's others end. Default: all of them end. */
  readonly keepSession?: string;
}

export interface ListAccounts {
  /** 1–500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

const createSchema = z.strictObject({
  email: emailSchema,
  password: passwordSchema,
  fullName: boundedText(200).nullish(),
  isAdmin: z.boolean('must be true or false').default(false),
});

const newPassword = z.strictObject({ email: emailSchema, password: passwordSchema });
const passwordChange = z.strictObject({
  email: z.string('must be text'),
  current: z.string('must be text'),
  password: passwordSchema,
  keepSession: z.uuid('must be a UUID').toLowerCase().optional(),
});
const activation = z.strictObject({ email: emailSchema, isActive: z.boolean('must be true or false') });
const idSchema = z.strictObject({ id: z.uuid('must be a UUID').toLowerCase() });
const listSchema = z.strictObject(pageShape);

/**
 * The accounts of a database: who may sign in. They belong to no user, so they are reached by the system handle only.
 * What is done to one is in the audit, as done by whom `by` names; by default that is the operator.
 *
 * @example
 * ```ts
 * const accounts = new Accounts(database);
 * await accounts.createAdmin({ email: 'ada@example.com', password: 'correct horse battery' });
 * const account = await accounts.verifyPassword('Ada@example.com', 'correct horse battery');
 * ```
 */
export class Accounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @throws ValidationError for what isn't an address, or a password shorter than 12 characters
   * @throws AccountExistsError when the address has an account
   */
  async create(input: CreateAccount, by: By = OPERATOR): Promise<Account> {
    const { email, password, fullName = null, isAdmin } = parseInput(createSchema, input);
    const passwordHash = await hashPassword(password);
    const id = newId();
    try {
      return await this.#system('create an account').transaction(async (system) => {
        const now = new Date();
        const row = await system.first(queries.insert, { id, email, passwordHash, fullName, isAdmin, now });
        const account = toAccount(row as AccountRow);
        await this.#record(system, { by, account, action: 'account.created' });
        return account;
      });
    } catch (error) {
      if (!(error instanceof UniqueViolationError)) throw error;
      throw new AccountExistsError(`There is already an account ${email}.`, { cause: error, details: { email } });
    }
  }

  /** As {@link create}, for an account that may do everything. */
  async createAdmin(input: Omit<CreateAccount, 'isAdmin'>, by: By = OPERATOR): Promise<Account> {
    return this.create({ ...input, isAdmin: true }, by);
  }

  /** Undefined when there is none. */
  async findByEmail(email: string): Promise<Account | undefined> {
    const valid = parseInput(z.strictObject({ email: emailSchema }), { email });
    const row = await this.#system('find an account').first(queries.findByEmail, valid);
    return row === undefined ? undefined : toAccount(row);
  }

  /** Undefined when there is none. */
  async findById(id: string): Promise<Account | undefined> {
    const row = await this.#system('find an account').first(queries.findById, parseInput(idSchema, { id }));
    return row === undefined ? undefined : toAccount(row);
  }

  /** By address. */
  async list(input: ListAccounts = {}): Promise<Page<Account>> {
    const { limit, cursor } = parseInput(listSchema, input);
    const rows = await this.#system('list accounts').all(queries.list, {
      after: decodeCursor(cursor),
      limit: limit + 1,
    });
    return pageOf(rows, limit, { item: toAccount, key: (row) => row.email });
  }

  /**
   * Signs in: notes the time, and hashes the password anew if today's parameters are stronger than those it was stored
   * with. It slows nobody down who guesses; `Sessions.create` does.
   *
   * @throws AuthenticationError for an unknown address, a wrong password and an inactive account; they look the same and
   * take the same time
   */
  async verifyPassword(email: string, password: string): Promise<Account> {
    const system = this.#system('sign in');
    return enter(system, await checkPassword(system, email, password), new Date());
  }

  /**
   * Sets a password for somebody who forgot theirs. All sessions of the account end; its API tokens stay, because
   * programs use them: revoke those that may have leaked.
   *
   * @throws ValidationError for a password shorter than 12 characters
   * @throws AccountNotFoundError when the address has no account
   */
  async setPassword(email: string, password: string, by: By = OPERATOR): Promise<Account> {
    const valid = parseInput(newPassword, { email, password });
    const passwordHash = await hashPassword(valid.password);
    return this.#system('set a password').transaction(async (system) => {
      const row = await system.first(queries.setPassword, { email: valid.email, passwordHash, now: new Date() });
      if (row === undefined) throw notFound(valid.email);
      return this.#changed(system, { by, account: toAccount(row), action: 'account.password-set', keep: undefined });
    });
  }

  /**
   * Changes a password for whoever knows the one in use. The account's other sessions end. Of two changes at the same
   * time one is refused.
   *
   * @throws ValidationError for a password shorter than 12 characters
   * @throws AuthenticationError as {@link verifyPassword}
   */
  async changePassword(input: ChangePassword, by?: By): Promise<Account> {
    const { email, current, password, keepSession } = parseInput(passwordChange, input);
    const { id, hash } = await checkPassword(this.#system('change a password'), email, current);
    const passwordHash = await hashPassword(password);
    return this.#system('change a password').transaction(async (system) => {
      const row = await system.first(queries.changePassword, { id, old: hash, passwordHash, now: new Date() });
      if (row === undefined) throw refused();
      const action = 'account.password-changed';
      return this.#changed(system, { by: by ?? { userId: id }, account: toAccount(row), action, keep: keepSession });
    });
  }

  /**
   * Lets an account sign in, or no more: then its sessions end at once, and its API tokens let nobody in.
   *
   * @throws AccountNotFoundError when the address has no account
   */
  async setActive(email: string, isActive: boolean, by: By = OPERATOR): Promise<Account> {
    const valid = parseInput(activation, { email, isActive });
    return this.#system('activate or deactivate an account').transaction(async (system) => {
      const row = await system.first(queries.setActive, { ...valid, now: new Date() });
      if (row === undefined) {
        const same = await system.first(queries.findByEmail, { email: valid.email });
        if (same === undefined) throw notFound(valid.email);
        return toAccount(same);
      }
      const account = toAccount(row);
      if (!isActive) return this.#changed(system, { by, account, action: 'account.deactivated', keep: undefined });
      await this.#record(system, { by, account, action: 'account.activated' });
      return account;
    });
  }

  async #changed(
    system: SystemHandle,
    { keep, ...event }: { by: By; account: Account; action: string; keep: string | undefined },
  ): Promise<Account> {
    const { account, by } = event;
    await endSessions(system, { accountId: account.id, keep, by });
    await this.#record(system, event);
    return account;
  }

  async #record(
    system: SystemHandle,
    { by, account, action }: { by: By; account: Account; action: string },
  ): Promise<void> {
    const after = auditedAccount(account);
    await recordFor(system, { by, userId: account.id, action, entity: 'account', entityId: account.id, after });
  }

  #system(reason: string): ReturnType<Database['system']> {
    return this.#database.system(`accounts: ${reason}`);
  }
}

function notFound(email: string): AccountNotFoundError {
  return new AccountNotFoundError(`There is no account ${email}.`, { details: { email } });
}
