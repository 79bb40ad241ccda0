import { SecretBox } from '../../platform/secret-box.ts';
import { SETTINGS_PURPOSE } from '../../platform/settings.ts';
import type { Check } from './contract.ts';

/** Secrets that were sealed with a key that isn't here. */
export const secrets: Check = {
  name: 'secrets',
  needs: 'schema',
  run: async ({ database, rows }) => {
    const sealed = await rows(
      'SELECT secret_key_id, count(*) AS count FROM settings WHERE secret_key_id IS NOT NULL GROUP BY secret_key_id',
    );
    const keys = database.config.secretKeys;
    const box = keys === undefined ? undefined : new SecretBox(keys, SETTINGS_PURPOSE);
    const unreadable = sealed.filter(({ secret_key_id: id }) => id !== box?.keyId && id !== box?.previousKeyId);
    if (unreadable.length === 0) return [];
    const count = unreadable.reduce((sum, row) => sum + Number(row['count']), 0);
    return [
      {
        code: 'SECRETS_UNREADABLE',
        severity: 'error',
        message:
          box === undefined
            ? `There are ${count} secret settings, and KEELSON_SECRET_KEY is not set.`
            : `${count} secret settings were sealed with another key than KEELSON_SECRET_KEY and KEELSON_SECRET_KEY_PREVIOUS.`,
        meaning: 'Nobody can read them, and whatever needs them fails.',
        remedy:
          'Give the key that sealed them as KEELSON_SECRET_KEY_PREVIOUS and run `keelson settings rotate-secrets`; if it is lost, set them anew.',
      },
    ];
  },
};
