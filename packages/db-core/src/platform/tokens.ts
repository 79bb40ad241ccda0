import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Database } from '../database/database.ts';
import { newId } from '../database/ids.ts';
import type { RowOf } from '../database/query.ts';
import { personIdSchema, type UserId, userIdSchema } from '../database/user-id.ts';
import { AuthenticationError, ForbiddenError, ForeignKeyViolationError } from '../errors/index.ts';
import { recordFor } from './audit-event.ts';
import { type By, type Maker, OPERATOR } from './by.ts';
import { AccountNotFoundError, TokenNotFoundError } from './errors.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from './input.ts';
import * as queries from './api-token.repository.ts';
import { covers, SCOPES } from './scopes.ts';

/** An API token as it may be shown: what lets somebody in is known only to who was given it. */
export interface TokenRecord {
  readonly id: string;
  /** Whose rows it reaches. */
  readonly userId: UserId;
  /** The account that it was made for; it dies with that account. */
  readonly accountId: string | null;
  readonly name: string;
  /** The part of the token that can be shown, to tell it from others. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
}

export interface CreateToken {
  readonly userId: string;
  /** What it is for, 1–200 characters. */
  readonly name: string;
  /** What it may do, of `SCOPES`: `area:action` or `area`; `*` is everything. At least one. */
  readonly scopes: readonly string[];
  /** Default: never. */
  readonly expiresAt?: Date | null;
  readonly accountId?: string | null;
}

export interface CreatedToken {
  /** `keelson_<prefix>_<secret>`: shown here and never again. */
  readonly token: string;
  readonly record: TokenRecord;
}

/** Whom a token lets in, and what they may do. */
export interface Authenticated {
  readonly tokenId: string;
  readonly userId: UserId;
  readonly scopes: readonly string[];
}

export interface ListTokens {
  /** Default: everybody's. */
  readonly userId?: string;
  /** 1–500; default 50. */
  readonly limit?: number;
  readonly cursor?: string | null;
}

const scopeSchema = z
  .string('must be text')
  .refine((scope) => SCOPES.includes(scope), `is no scope; there are ${SCOPES.join(', ')}`);

const createSchema = z.strictObject({
  userId: personIdSchema,
  name: boundedText(200),
  scopes: z
    .array(scopeSchema, 'must be a list')
    .min(1, 'must name at least one scope')
    .max(50, 'must name at most 50 scopes'),
  expiresAt: z
    .date('must be a date')
    .refine((date) => date > new Date(), 'must lie in the future')
    .nullish(),
  accountId: z.uuid('must be a UUID').nullish(),
});

const listSchema = z.strictObject({ ...pageShape, userId: userIdSchema.optional() });
const idSchema = z.strictObject({ id: z.uuid('must be a UUID').toLowerCase() });

const PREFIX_BYTES = 6;
/** 256 bits: nobody guesses them, so that a fast hash is enough, as it isn't for passwords. */
const SECRET_BYTES = 32;
const TOKEN = /^keelson_(?<prefix>[0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
/** The time of the last use is for people who tidy up; writing it more often would make every read a write. */
const TOUCH_EVERY_MS = 60_000;
const TOUCH_WAIT_MS = 200;
/** UUIDs are compared as such on PostgreSQL, so that a list can't begin after an empty text. */
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

type TokenRow = NonNullable<RowOf<(typeof queries.list)['row']>>;

/**
 * The API tokens of a database. Only a hash is stored.
 *
 * @example
 * ```ts
 * const tokens = new ApiTokens(database);
 * const { token } = await tokens.create({ userId: 'ada', name: 'laptop', scopes: ['*'] });
 * const { userId } = await tokens.authenticate(token); // 'ada'
 * ```
 */
export class ApiTokens {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * A maker without `*` or `admin` makes tokens for themselves only, and nobody gives a token what they may not do
   * themselves.
   *
   * @throws AccountNotFoundError when there is no account `accountId`
   * @throws ForbiddenError when it would be able to do more than its maker
   */
  async create(input: CreateToken, by: Maker = OPERATOR): Promise<CreatedToken> {
    const { userId, name, scopes, expiresAt = null, accountId = null } = parseInput(createSchema, input);
    assertNoMore(by, { userId, scopes });
    const prefix = randomBytes(PREFIX_BYTES).toString('hex');
    const token = `keelson_${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    const row = {
      id: newId(),
      userId,
      accountId,
      name,
      prefix,
      hash: hashOf(token).toString('hex'),
      scopes: [...new Set(scopes)],
      expiresAt,
    };
    try {
      const record = await this.#system('create a token').transaction(async (system) => {
        const made = toRecord((await system.first(queries.insert, { ...row, now: new Date() })) as TokenRow);
        await recordFor(system, { by, ...eventOf(made, 'token.created') });
        return made;
      });
      return { token, record };
    } catch (error) {
      if (!(error instanceof ForeignKeyViolationError) || accountId === null) throw error;
      throw new AccountNotFoundError(`There is no account ${accountId}.`, { cause: error, details: { accountId } });
    }
  }

  /**
   * Whom the token lets in.
   *
   * @throws AuthenticationError when it is unknown, wrong, expired or revoked, or its account is inactive: nobody learns which
   */
  async authenticate(token: string): Promise<Authenticated> {
    const prefix = typeof token === 'string' ? TOKEN.exec(token)?.groups?.['prefix'] : undefined;
    if (prefix === undefined) throw refused();
    const row = await this.#system('authenticate').first(queries.findByPrefix, { prefix });
    const given = hashOf(token);
    const known = row === undefined ? Buffer.alloc(given.length) : Buffer.from(row.hash, 'hex');
    const matches = known.length === given.length && timingSafeEqual(known, given);
    const now = new Date();
    const over =
      row === undefined ||
      row.revoked_at !== null ||
      row.account_is_active === false ||
      (row.expires_at !== null && row.expires_at <= now);
    if (!matches || over) throw refused();
    await this.#touch(row, now);
    return { tokenId: row.id, userId: row.user_id as UserId, scopes: row.scopes as readonly string[] };
  }

  /** In the order in which they were made; revoked and expired ones too. */
  async list(input: ListTokens = {}): Promise<Page<TokenRecord>> {
    const { userId, limit, cursor } = parseInput(listSchema, input);
    const after =
      cursor === null || cursor === undefined ? BEFORE_ALL_IDS : parseInput(idSchema, { id: decodeCursor(cursor) }).id;
    const system = this.#system('list tokens');
    const page = { after, limit: limit + 1 };
    const rows =
      userId === undefined
        ? await system.all(queries.list, page)
        : await system.all(queries.listOfUser, { ...page, userId });
    return pageOf(rows, limit, { item: toRecord, key: (row) => row.id });
  }

  /**
   * Ends a token at once. One that was revoked before stays as it is.
   *
   * @throws TokenNotFoundError when there is none with this id
   */
  async revoke(id: string, by: By = OPERATOR): Promise<TokenRecord> {
    const valid = parseInput(idSchema, { id });
    return this.#system('revoke a token').transaction(async (system) => {
      const revoked = await system.first(queries.revoke, { ...valid, now: new Date() });
      const row = revoked ?? (await system.first(queries.findById, valid));
      if (row === undefined)
        throw new TokenNotFoundError(`There is no API token ${valid.id}.`, { details: { tokenId: valid.id } });
      const record = toRecord(row);
      if (revoked !== undefined) await recordFor(system, { by, ...eventOf(record, 'token.revoked') });
      return record;
    });
  }

  /** A token is good also while the database can't be written, so that nobody waits long for this, or fails with it. */
  async #touch(row: { readonly id: string; readonly last_used_at: Date | null }, now: Date): Promise<void> {
    if (row.last_used_at !== null && now.getTime() - row.last_used_at.getTime() < TOUCH_EVERY_MS) return;
    const noted = this.#system('note the use of a token')
      .run(queries.touch, { id: row.id, now })
      .catch(() => undefined);
    await Promise.race([noted, sleep(TOUCH_WAIT_MS, undefined, { ref: false })]);
  }

  #system(reason: string): ReturnType<Database['system']> {
    return this.#database.system(`tokens: ${reason}`);
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function assertNoMore({ userId, scopes }: Maker, wanted: { userId: string; scopes: readonly string[] }): void {
  const beyond = wanted.scopes.filter((scope) => !covers(scopes, scope));
  if (beyond.length > 0)
    throw new ForbiddenError(`A token can't do more than who makes it: ${beyond.join(', ')}.`, {
      hint: 'Leave these scopes out, or make it with a token that has them.',
    });
  if (wanted.userId !== userId && !covers(scopes, 'admin'))
    throw new ForbiddenError("This needs the scope admin: it is a token for somebody else's rows.");
}

function eventOf({ id, userId, name, scopes, expiresAt }: TokenRecord, action: string) {
  return { userId, action, entity: 'token', entityId: id, after: { name, scopes, expiresAt } };
}

function refused(): AuthenticationError {
  return new AuthenticationError('The API token is not valid.');
}

function toRecord(row: TokenRow): TokenRecord {
  return {
    id: row.id,
    userId: row.user_id as UserId,
    accountId: row.account_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as readonly string[],
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
  };
}
