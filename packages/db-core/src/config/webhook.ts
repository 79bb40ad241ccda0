import type { ConfigurationFault } from './faults.ts';
import { SecretKey } from './secret-key.ts';
import type { DatabaseSettings } from './settings.ts';
import type { WebhookConfig } from './types.ts';

const SECRET = /^whsec_(?<encoded>[A-Za-z0-9+/]{32,88}={0,2})$/;
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

export interface WebhookReading {
  /** Undefined where nobody is to be told. */
  readonly webhook: WebhookConfig | undefined;
  readonly faults: readonly ConfigurationFault[];
}

/** What was given is never repeated: a URL may hold a token, and a secret is one. */
export function readWebhook(
  values: Readonly<Record<string, string>>,
  timeoutMs: DatabaseSettings['ALERT_WEBHOOK_TIMEOUT'] | undefined,
): WebhookReading {
  const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: given } = values;
  const faults: ConfigurationFault[] = [];
  const fault = urlFault(url);
  if (fault !== undefined) faults.push({ name: 'ALERT_WEBHOOK_URL', message: fault });
  if (url === undefined && given !== undefined)
    faults.push({
      name: 'ALERT_WEBHOOK_URL',
      message: 'not set, but ALERT_WEBHOOK_SECRET is: write where to send alerts',
    });
  const secret = given === undefined ? undefined : readSecret(given);
  if (given !== undefined && secret === undefined)
    faults.push({
      name: 'ALERT_WEBHOOK_SECRET',
      message: `write whsec_ and ${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64: \`echo whsec_$(openssl rand -base64 32)\` makes one`,
    });
  if (url === undefined || timeoutMs === undefined || faults.length > 0) return { webhook: undefined, faults };
  return { webhook: { url, secret, timeoutMs }, faults };
}

function urlFault(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return 'write https://host/path, or http://host/path';
  if (parsed.username !== '' || parsed.password !== '') return 'leave user and password out: they are not sent';
  if (parsed.hash !== '') return 'leave out what follows the #: it is not sent';
  return undefined;
}

function readSecret(text: string): SecretKey | undefined {
  const encoded = SECRET.exec(text)?.groups?.['encoded'];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length < FEWEST_BYTES || bytes.length > MOST_BYTES ? undefined : new SecretKey(bytes);
}
