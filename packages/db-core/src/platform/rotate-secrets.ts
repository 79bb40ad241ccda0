import type { Database } from '../database/database.ts';
import { SecretBox } from './secret-box.ts';
import { SETTINGS_PURPOSE } from './settings.ts';
import * as queries from './setting.repository.ts';

export interface RotatedSecrets {
  /** Sealed with the new key now. */
  readonly rotated: number;
  /** Sealed with a key that is neither the new one nor the one before; they are left as they are. */
  readonly unreadable: number;
}

const CHUNK = 100;
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

/**
 * Seals every owner's secret settings with the key of now, so that the one from before can be thrown away. It goes in
 * chunks and reads and writes meanwhile are fine; when it was interrupted, call it again.
 *
 * @throws SecretKeyMissingError without KEELSON_SECRET_KEY, SecretUnreadableError for a value that was tampered with
 * @example
 * ```ts
 * const { rotated, unreadable } = await rotateSecrets(database);
 * ```
 */
export async function rotateSecrets(database: Database): Promise<RotatedSecrets> {
  const box = SecretBox.of(database.config.secretKeys, SETTINGS_PURPOSE);
  const system = database.system('settings: seal secrets with another key');
  let rotated = 0;
  const keyId = box.previousKeyId;
  if (keyId !== undefined && keyId !== box.keyId) {
    let after = { afterUser: '', afterId: BEFORE_ALL_IDS };
    for (;;) {
      const rows = await system.all(queries.listSealedWith, { keyId, ...after, limit: CHUNK });
      const resealed = rows.flatMap(({ user_id, id, key, value }) => {
        if (value === null) return [];
        const context = [user_id, key];
        const sealed = box.seal(box.open(value, context), context);
        return [{ userId: user_id, id, old: value, value: sealed, secretKeyId: box.keyId }];
      });
      // One that somebody set meanwhile has the new key already, and isn't touched.
      rotated += await system.runMany(queries.reseal, resealed);
      const last = rows.at(-1);
      if (last === undefined || rows.length < CHUNK) break;
      after = { afterUser: last.user_id, afterId: last.id };
    }
  }
  const below = await system.first(queries.countSealedBelow, { keyId: box.keyId });
  const above = await system.first(queries.countSealedAbove, { keyId: box.keyId });
  return { rotated, unreadable: Number(below?.count ?? 0) + Number(above?.count ?? 0) };
}
