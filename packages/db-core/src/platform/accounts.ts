import * as z from 'zod';
import type { Database } from '../database/database.ts';
import { newId } from '../database/ids.ts';
import type { RowOf } from '../database/query.ts';
import { AuthenticationError, UniqueViolationError } from '../errors/index.ts';
import * as queries from './account.repository.ts';
import { AccountExistsError, AccountNotFoundError } from './errors.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from './input.ts';
import { comparePretended, hashPassword, needsRehash, passwordMatches, passwordSchema } from './passwords.ts';

/** Somebody who may sign in. The password's hash never leaves the database. */
export interface Account {
  readonly id: string;
  /** Lower case. */
  readonly email: string;
  readonly fullName: string | null;
  readonly isActive: boolean;
  readonly isAdmin: boolean;
  readonly lastLoginAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export interface CreateAccount {
  /** At most 320 characters; its case doesn't matter. */
  readonly email: string;
  /** At least 12 characters. */
  readonly password: string;
  readonly fullName?: string | null;
  /** Default: false. */
  readonly isAdmin?: boolean;
}

export interface ListAccounts {
  /** 1–500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

const LONGEST_EMAIL = 320;

const emailSchema = z
  .string('must be text')
  .trim()
  .toLowerCase()
  .max(LONGEST_EMAIL, `must have at most ${LONGEST_EMAIL} characters`)
  .pipe(z.email('must be an e-mail address, such as ada@example.com'));

const createSchema = z.strictObject({
  email: emailSchema,
  password: passwordSchema,
  fullName: boundedText(200).nullish(),
  isAdmin: z.boolean('must be true or false').default(false),
});

const passwordChange = z.strictObject({ email: emailSchema, password: passwordSchema });
const listSchema = z.strictObject(pageShape);

type AccountRow = RowOf<(typeof queries.findByEmail)['row']>;

/**
 * The accounts of a database: who may sign in. They belong to no user, so they are reached by the system handle only.
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
  async create(input: CreateAccount): Promise<Account> {
    const { email, password, fullName = null, isAdmin } = parseInput(createSchema, input);
    const passwordHash = await hashPassword(password);
    try {
      const row = await this.#system('create an account').first(queries.insert, {
        id: newId(),
        email,
        passwordHash,
        fullName,
        isAdmin,
        now: new Date(),
      });
      return toAccount(row as AccountRow);
    } catch (error) {
      if (!(error instanceof UniqueViolationError)) throw error;
      throw new AccountExistsError(`There is already an account ${email}.`, { cause: error, details: { email } });
    }
  }

  /** As {@link create}, for an account that may do everything. */
  async createAdmin(input: Omit<CreateAccount, 'isAdmin'>): Promise<Account> {
    return this.create({ ...input, isAdmin: true });
  }

  /** Undefined when there is none. */
  async findByEmail(email: string): Promise<Account | undefined> {
    const valid = parseInput(z.strictObject({ email: emailSchema }), { email });
    const row = await this.#system('find an account').first(queries.findByEmail, valid);
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
   * Signs in: notes the time, and hashes the password anew if today's parameters are stronger than those it was stored with.
   *
   * @throws AuthenticationError for an unknown address, a wrong password and an inactive account; they look the same and
   * take the same time
   */
  async verifyPassword(email: string, password: string): Promise<Account> {
    const address = emailSchema.safeParse(email);
    const given = passwordSchema.safeParse(password);
    const system = this.#system('sign in');
    const row = address.success ? await system.first(queries.findSecret, { email: address.data }) : undefined;
    const hash = row?.password_hash ?? null;
    if (row === undefined || hash === null || !given.success) {
      await comparePretended(given.data ?? '');
      throw refused();
    }
    const matches = await passwordMatches(hash, given.data);
    if (!matches || !row.is_active) throw refused();
    const now = new Date();
    await system.run(queries.noteLogin, { id: row.id, now });
    if (await needsRehash(hash)) {
      await system.run(queries.replaceHash, { id: row.id, old: hash, passwordHash: await hashPassword(given.data) });
    }
    return { ...toAccount(row), lastLoginAt: now };
  }

  /**
   * @throws ValidationError for a password shorter than 12 characters
   * @throws AccountNotFoundError when the address has no account
   */
  async setPassword(email: string, password: string): Promise<Account> {
    const valid = parseInput(passwordChange, { email, password });
    const passwordHash = await hashPassword(valid.password);
    const { rows } = await this.#system('set a password').run(queries.setPassword, {
      email: valid.email,
      passwordHash,
      now: new Date(),
    });
    const [row] = rows;
    if (row === undefined)
      throw new AccountNotFoundError(`There is no account ${valid.email}.`, { details: { email: valid.email } });
    return toAccount(row);
  }

  #system(reason: string): ReturnType<Database['system']> {
    return this.#database.system(`accounts: ${reason}`);
  }
}

function refused(): AuthenticationError {
  return new AuthenticationError('Address or password is wrong.', {
    hint: 'Check both; an administrator can set a new password.',
  });
}

function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    fullName: row.full_name,
    isActive: row.is_active,
    isAdmin: row.is_admin,
    lastLoginAt: row.last_login_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
