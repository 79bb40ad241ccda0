import * as z from 'zod';
import type { Database } from '../database/database.ts';
import type { UserHandle } from '../database/handle.ts';
import { newId } from '../database/ids.ts';
import type { RowOf } from '../database/query.ts';
import { ValidationError } from '../errors/index.ts';
import { SETTING_TYPES, type SettingType } from '../schema/enumerations.ts';
import type { JsonValue } from '../schema/json.ts';
import { SettingChangedError, SettingNotFoundError, SettingRequiredError } from './errors.ts';
import { boundedText, decodeCursor, type Page, pageOf, pageShape, parseInput } from './input.ts';
import { SecretBox } from './secret-box.ts';
import { compilePattern, readValue, writeValue } from './setting-value.ts';
import * as queries from './setting.repository.ts';

/** What secrets of settings are sealed for. */
export const SETTINGS_PURPOSE = 'settings';

export interface Setting {
  readonly key: string;
  /** Of its type; null: not set. A list shows `•••` for a secret. */
  readonly value: JsonValue;
  readonly dataType: SettingType;
  readonly description: string | null;
  readonly category: string | null;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  /** What the whole value must match, in the syntax of RE2. */
  readonly pattern: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface DefineSetting {
  /** 1–200 characters: letters, digits, `.`, `_` and `-`, such as `mail.digest.hour`. */
  readonly key: string;
  readonly dataType: SettingType;
  /** Default: what it was, or not set. Null: not set. */
  readonly value?: JsonValue;
  readonly description?: string | null;
  readonly category?: string | null;
  /** Default: false. */
  readonly isRequired?: boolean;
  /** Sealed with KEELSON_SECRET_KEY. Default: false. */
  readonly isSecret?: boolean;
  /** For the value as text, all of it; numbers are written as in JSON. */
  readonly pattern?: string | null;
}

export interface ChangeSetting {
  /** Only while this is its version. */
  readonly ifVersion?: number;
}

export interface ListSettings {
  /** 1–500; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

const HIDDEN = '•••';
const TRIES = 5;

const keySchema = z
  .string('must be text')
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?$/,
    'must have 1 to 200 letters, digits, `.`, `_` and `-`, and begin and end with a letter or digit',
  );

const defineSchema = z.strictObject({
  key: keySchema,
  dataType: z.enum(SETTING_TYPES, `must be one of ${SETTING_TYPES.join(', ')}`),
  value: z.unknown().optional(),
  description: boundedText(2000).nullish(),
  category: boundedText(100).nullish(),
  isRequired: z.boolean('must be true or false').default(false),
  isSecret: z.boolean('must be true or false').default(false),
  pattern: boundedText(500).nullish(),
});

const changeSchema = z.strictObject({
  key: keySchema,
  ifVersion: z.int('must be a whole number').min(1, 'must be at least 1').optional(),
});

const listSchema = z.strictObject(pageShape);

type SettingRow = RowOf<(typeof queries.findByKey)['row']>;

/**
 * The settings of one owner: what can be changed while the programs run, each with a type and, where it is wanted, a
 * pattern. Secret ones are sealed in the database, and shown only to who asks for that one.
 *
 * @example
 * ```ts
 * const settings = new Settings(database, 'ada');
 * await settings.define({ key: 'mail.digest.hour', dataType: 'integer', value: 7, pattern: '[0-9]|1[0-9]|2[0-3]' });
 * const { value } = await settings.get('mail.digest.hour'); // 7
 * ```
 */
export class Settings {
  readonly #database: Database;
  readonly #user: UserHandle;

  /** @throws ValidationError for a user id that can't be */
  constructor(database: Database, userId: string) {
    this.#database = database;
    this.#user = database.forUser(userId);
  }

  /**
   * Makes a setting, or changes what it is. A value that is there must fit what it becomes.
   *
   * @throws ValidationError, SettingRequiredError for a required one without a value, SecretKeyMissingError
   */
  async define(input: DefineSetting): Promise<Setting> {
    const {
      key,
      value: given,
      description = null,
      category = null,
      pattern = null,
      ...rest
    } = parseInput(defineSchema, input);
    if (pattern !== null) compilePattern(pattern);
    return this.#user.transaction(() =>
      this.#attempt(async () => {
        const row = await this.#user.first(queries.findByKey, { key });
        const before = row === undefined || given !== undefined ? null : this.#plain(row);
        // What was secret must not come to light by the way.
        if (row?.is_secret === true && !rest.isSecret && before !== null)
          throw new ValidationError('The input is not valid: value must be given where a secret ceases to be one.', {
            details: { issues: [{ path: 'value', message: 'must be given where a secret ceases to be one' }] },
          });
        const value = given ?? (row === undefined ? null : readValue(before, row.data_type));
        const text = writeValue(value, rest.dataType, pattern);
        if (rest.isRequired && text === null) throw required(key);
        const stored = { ...this.#stored(key, text, rest.isSecret), ...rest, description, category, pattern };
        if (row === undefined) return this.#user.first(queries.insert, { id: newId(), key, ...stored });
        return this.#user.first(queries.define, { id: row.id, version: row.version, ...stored });
      }),
    );
  }

  /**
   * Null: not set.
   *
   * @throws SettingNotFoundError, ValidationError for a value that doesn't fit, SettingRequiredError for null where there
   * must be a value, SettingChangedError when `ifVersion` isn't its version any more
   */
  async set(key: string, value: JsonValue, options: ChangeSetting = {}): Promise<Setting> {
    const { ifVersion } = parseInput(changeSchema, { ...options, key });
    return this.#user.transaction(() =>
      this.#attempt(async () => {
        const row = await this.#find(key, ifVersion);
        const text = writeValue(value, row.data_type, row.pattern);
        if (row.is_required && text === null) throw required(key);
        const stored = this.#stored(key, text, row.is_secret);
        return this.#user.first(queries.setValue, { id: row.id, version: row.version, ...stored });
      }, ifVersion),
    );
  }

  /** With its value, also where that is secret. @throws SettingNotFoundError, SecretUnreadableError */
  async get(key: string): Promise<Setting> {
    const valid = parseInput(changeSchema, { key });
    return this.#toSetting(await this.#find(valid.key));
  }

  /** As {@link get}, with a secret shown as `•••`: no key is needed. @throws SettingNotFoundError */
  async describe(key: string): Promise<Setting> {
    const valid = parseInput(changeSchema, { key });
    return toListed(await this.#find(valid.key));
  }

  /** By key. Secrets are shown as `•••`. */
  async list(input: ListSettings = {}): Promise<Page<Setting>> {
    const { limit, cursor } = parseInput(listSchema, input);
    const rows = await this.#user.all(queries.list, { after: decodeCursor(cursor), limit: limit + 1 });
    return pageOf(rows, limit, { item: toListed, key: (row) => row.key });
  }

  /** @throws SettingNotFoundError, SettingRequiredError, SettingChangedError */
  async remove(key: string, options: ChangeSetting = {}): Promise<void> {
    const { ifVersion } = parseInput(changeSchema, { ...options, key });
    await this.#user.transaction(() =>
      this.#attempt(async () => {
        const row = await this.#find(key, ifVersion);
        if (row.is_required) throw required(key);
        const removed = await this.#user.first(queries.remove, { id: row.id, version: row.version });
        return removed === undefined ? undefined : row;
      }, ifVersion),
    );
  }

  async #find(key: string, ifVersion?: number): Promise<SettingRow> {
    const row = await this.#user.first(queries.findByKey, { key });
    if (row === undefined) throw new SettingNotFoundError(`There is no setting ${key}.`, { details: { key } });
    if (ifVersion !== undefined && row.version !== ifVersion) throw changed(key, row.version);
    return row;
  }

  /** Looks and writes; where somebody wrote in between, looks again. With a version asked for, looking again says so. */
  async #attempt(work: () => Promise<SettingRow | undefined>, ifVersion?: number): Promise<Setting> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const row = await work();
      if (row !== undefined) return this.#toSetting(row);
    }
    throw new SettingChangedError('The setting changes too fast; try again.', { details: { ifVersion } });
  }

  #stored(key: string, text: string | null, isSecret: boolean) {
    const now = new Date();
    if (!isSecret || text === null) return { value: text, secretKeyId: null, now };
    const box = this.#box();
    return { value: box.seal(text, [this.#user.userId, key]), secretKeyId: box.keyId, now };
  }

  #plain({ key, value, is_secret }: SettingRow): string | null {
    return value === null || !is_secret ? value : this.#box().open(value, [this.#user.userId, key]);
  }

  #box(): SecretBox {
    return SecretBox.of(this.#database.config.secretKeys, SETTINGS_PURPOSE);
  }

  #toSetting(row: SettingRow): Setting {
    return { ...toListed(row), value: readValue(this.#plain(row), row.data_type) };
  }
}

function toListed(row: SettingRow): Setting {
  const isHidden = row.is_secret && row.value !== null;
  return {
    key: row.key,
    value: isHidden ? HIDDEN : readValue(row.value, row.data_type),
    dataType: row.data_type,
    description: row.description,
    category: row.category,
    isRequired: row.is_required,
    isSecret: row.is_secret,
    pattern: row.pattern,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function required(key: string): SettingRequiredError {
  return new SettingRequiredError(`The setting ${key} is required: it always has a value.`, { details: { key } });
}

function changed(key: string, version: number): SettingChangedError {
  return new SettingChangedError(`The setting ${key} was changed; its version is ${version} now.`, {
    details: { key, version },
  });
}
