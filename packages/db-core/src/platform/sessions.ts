import { createHash, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Database } from '../database/database.ts';
import { newId } from '../database/ids.ts';
import type { RowOf } from '../database/query.ts';
import type { UserId } from '../database/user-id.ts';
import { AuthenticationError } from '../errors/index.ts';
import type { Account } from './account.ts';
import { recordFor } from './audit-event.ts';
import { type By, OPERATOR } from './by.ts';
import { checkPassword, enter } from './credentials.ts';
import { csrfTokenOf } from './csrf.ts';
import { SessionNotFoundError } from './errors.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from './input.ts';
import { SCOPE_AREAS } from './scopes.ts';
import { endSessions } from './session-end.ts';
import * as queries from './session.repository.ts';
import { attemptKey, countAttempt, forgetAttempts } from './sign-in-attempts.ts';

export interface SignIn {
  readonly email: string;
  readonly password: string;
  /** The address that the request comes from. */
  readonly ip?: string | null;
  /** What the program calls itself; kept up to 500 characters. */
  readonly userAgent?: string | null;
  readonly requestId?: string | null;
}

/** A session as it may be shown. */
export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Does it still let somebody in, as far as time goes? */
  readonly isActive: boolean;
  readonly expiresAt: Date;
  /** To the minute. */
  readonly lastActivityAt: Date;
  readonly createdAt: Date;
}

export interface SignedIn {
  /** For the cookie: shown here and never again. */
  readonly token: string;
  /** For the page; see {@link csrfTokenOf}. */
  readonly csrfToken: string;
  readonly session: Session;
  readonly account: Account;
}

/** Whom a session lets in, and what they may do. */
export interface SessionPrincipal {
  readonly sessionId: string;
  readonly accountId: string;
  /** Whose rows it reaches: the account's id. */
  readonly userId: UserId;
  readonly email: string;
  /** Everything for an administrator, and otherwise all areas. */
  readonly scopes: readonly string[];
}

export interface SessionOptions {
  /** After which time one ends, whatever happens. Default: 7 days. */
  readonly lifetimeMs?: number;
  /** After which time without use it ends. Default: 12 hours. */
  readonly idleMs?: number;
}

const HOUR_MS = 3_600_000;
const LIFETIME_MS = 7 * 24 * HOUR_MS;
/** Without use a session ends after this time, unless another one is chosen. */
export const SESSION_IDLE_MS = 12 * HOUR_MS;
/** Writing the time of use more often would make every read a write. */
const TOUCH_EVERY_MS = 60_000;
const TOUCH_WAIT_MS = 200;
const LONGEST_USER_AGENT = 500;
/** 256 bits: nobody guesses them, so that a fast hash is enough, as it isn't for passwords. */
const SECRET_BYTES = 32;
const TOKEN = /^keelson_session_[A-Za-z0-9_-]{43}$/;
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

const milliseconds = z.int('must be a whole number').min(1000, 'must be at least 1,000');
const optionsSchema = z.strictObject({
  lifetimeMs: milliseconds.default(LIFETIME_MS),
  idleMs: milliseconds.default(SESSION_IDLE_MS),
});

const signInSchema = z.strictObject({
  // What isn't an address or a password is refused as a wrong one is.
  email: z.string('must be text'),
  password: z.string('must be text'),
  ip: z
    .string('must be text')
    .max(64, 'must have at most 64 characters')
    .refine((ip) => isIP(ip) !== 0, 'must be an IP address')
    .nullish(),
  userAgent: z.string('must be text').transform(shortened).nullish(),
  requestId: boundedText(255).nullish(),
});

const idSchema = z.uuid('must be a UUID').toLowerCase();
const oneSchema = z.strictObject({ accountId: idSchema, id: idSchema });
const accountSchema = z.strictObject({ accountId: idSchema, keep: idSchema.optional() });
const listSchema = z.strictObject({ ...pageShape, accountId: idSchema });
const cursorSchema = z.strictObject({ cursor: idSchema });

type SessionRow = NonNullable<RowOf<(typeof queries.list)['row']>>;

/**
 * Who is signed in, for people with a browser. Only a hash of a session's token is stored.
 *
 * @example
 * ```ts
 * const sessions = new Sessions(database);
 * const { token, csrfToken } = await sessions.create({ email: 'ada@example.com', password, ip: '192.0.2.7' });
 * const { userId, scopes } = await sessions.authenticate(token);
 * ```
 */
export class Sessions {
  readonly #database: Database;
  readonly #lifetimeMs: number;
  readonly #idleMs: number;

  constructor(database: Database, options: SessionOptions = {}) {
    const { lifetimeMs, idleMs } = parseInput(optionsSchema, options);
    this.#database = database;
    this.#lifetimeMs = lifetimeMs;
    this.#idleMs = idleMs;
  }

  /**
   * Signs in with a password. Whoever gives wrong ones must wait, longer each time, and for a right one as well: the
   * count is kept in the database for each email and address, so that all processes share it.
   *
   * @throws AuthenticationError for an unknown address, a wrong password and an inactive account; they look the same and
   * take the same time
   * @throws SignInBlockedError with `details.retryAfterMs` after too many wrong passwords
   */
  async create(input: SignIn): Promise<SignedIn> {
    const { email, password, ip = null, userAgent = null, requestId = null } = parseInput(signInSchema, input);
    const system = this.#system('sign in');
    const key = attemptKey(email, ip);
    await countAttempt(system, key, new Date());
    const checked = await checkPassword(system, email, password);
    const token = `keelson_session_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    return system.transaction(async () => {
      const now = new Date();
      const account = await enter(system, checked, now);
      await forgetAttempts(system, key);
      const row = await system.first(queries.insert, {
        id: newId(),
        accountId: account.id,
        hash: hashOf(token),
        ip,
        userAgent,
        expiresAt: new Date(now.getTime() + this.#lifetimeMs),
        now,
      });
      const session = this.#toSession(row as SessionRow, now);
      const by = { userId: account.id, requestId };
      const event = { action: 'session.created', entity: 'session', entityId: session.id };
      await recordFor(system, { by, userId: account.id, ...event });
      return { token, csrfToken: csrfTokenOf(token), session, account };
    });
  }

  /**
   * Whom the session lets in.
   *
   * @throws AuthenticationError when it is unknown, ended, expired or was left alone for too long, or its account is
   * inactive: nobody learns which
   */
  async authenticate(token: string): Promise<SessionPrincipal> {
    if (typeof token !== 'string' || !TOKEN.test(token)) throw refused();
    // Found by its hash, whose first characters tell nothing of the token's: how long the look-up takes betrays nothing.
    const row = await this.#system('authenticate').first(queries.findByHash, { hash: hashOf(token) });
    const now = new Date();
    if (row === undefined || !row.account_is_active || !this.#isOpen(row, now)) throw refused();
    await this.#touch(row, now);
    return {
      sessionId: row.id,
      accountId: row.account_id,
      userId: row.account_id as UserId,
      email: row.email,
      scopes: row.is_admin ? ['*'] : SCOPE_AREAS,
    };
  }

  /** An account's sessions in the order in which they were begun, also those that ended, until they are purged. */
  async list(input: { accountId: string; limit?: number; cursor?: string | null }): Promise<Page<Session>> {
    const { accountId, limit, cursor } = parseInput(listSchema, input);
    const after =
      cursor === null || cursor === undefined
        ? BEFORE_ALL_IDS
        : parseInput(cursorSchema, { cursor: decodeCursor(cursor) }).cursor;
    const rows = await this.#system('list sessions').all(queries.list, { accountId, after, limit: limit + 1 });
    const now = new Date();
    return pageOf(rows, limit, { item: (row) => this.#toSession(row, now), key: ({ id }) => id });
  }

  /**
   * Ends a session of an account at once. One that was ended before stays as it is.
   *
   * @throws SessionNotFoundError when there is none, or it is another account's
   */
  async revoke(input: { accountId: string; id: string }, by: By = OPERATOR): Promise<Session> {
    const valid = parseInput(oneSchema, input);
    return this.#system('end a session').transaction(async (system) => {
      const ended = await system.first(queries.end, valid);
      const row = ended ?? (await system.first(queries.findById, valid));
      if (row === undefined)
        throw new SessionNotFoundError(`There is no session ${valid.id}.`, { details: { sessionId: valid.id } });
      const event = { action: 'session.ended', entity: 'session', entityId: valid.id };
      if (ended !== undefined) await recordFor(system, { by, userId: valid.accountId, ...event });
      return this.#toSession(row, new Date());
    });
  }

  /** Ends all sessions of an account, but the one to `keep`. Gives how many there were. */
  async revokeAll(input: { accountId: string; keep?: string }, by: By = OPERATOR): Promise<number> {
    const { accountId, keep } = parseInput(accountSchema, input);
    return this.#system('end sessions').transaction((system) => endSessions(system, { accountId, keep, by }));
  }

  #isOpen(
    row: { readonly is_active: boolean; readonly expires_at: Date; readonly last_activity_at: Date },
    now: Date,
  ): boolean {
    const idle = now.getTime() - row.last_activity_at.getTime();
    return row.is_active && row.expires_at > now && idle < this.#idleMs;
  }

  #toSession(row: SessionRow, now: Date): Session {
    return {
      id: row.id,
      accountId: row.account_id,
      ip: row.ip,
      userAgent: row.user_agent,
      isActive: this.#isOpen(row, now),
      expiresAt: row.expires_at,
      lastActivityAt: row.last_activity_at,
      createdAt: row.created_at,
    };
  }

  /** A session is good also while the database can't be written, so that nobody waits long for this, or fails with it. */
  async #touch(row: { readonly id: string; readonly last_activity_at: Date }, now: Date): Promise<void> {
    if (now.getTime() - row.last_activity_at.getTime() < TOUCH_EVERY_MS) return;
    const noted = this.#system('note the use of a session')
      .run(queries.touch, { id: row.id, now })
      .catch(() => undefined);
    await Promise.race([noted, sleep(TOUCH_WAIT_MS, undefined, { ref: false })]);
  }

  #system(reason: string): ReturnType<Database['system']> {
    return this.#database.system(`sessions: ${reason}`);
  }
}

/** Anything may be sent as a user agent; it must not keep anybody from signing in. */
function shortened(text: string): string {
  return Array.from(
    text
      .toWellFormed()
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim(),
  )
    .slice(0, LONGEST_USER_AGENT)
    .join('');
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function refused(): AuthenticationError {
  return new AuthenticationError('The session is over.', { hint: 'Sign in again.' });
}
