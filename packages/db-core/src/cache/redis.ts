import { createRequire } from 'node:module';
import { ConfigurationError } from '../errors/index.ts';
import type { ConnectStore, SharedStore } from './shared-store.ts';

const CONNECT_MS = 1000;

/**
 * A Redis at a URL. The client is an optional package, so it is loaded when it is needed, and missed at once.
 *
 * @throws ConfigurationError when the package isn't installed
 */
export function redisAt(url: string): ConnectStore {
  try {
    createRequire(import.meta.url).resolve('@redis/client');
  } catch (cause) {
    throw new ConfigurationError('CACHE_REDIS_URL is set, but the package @redis/client is not installed.', {
      cause,
      hint: 'Install it beside @keelson/db-core, or leave CACHE_REDIS_URL empty.',
    });
  }
  return (onBroken) => connect(url, onBroken);
}

async function connect(url: string, onBroken: (error: Error) => void): Promise<SharedStore> {
  const { createClient, RESP_TYPES } = await import('@redis/client');
  const client = createClient({
    url,
    // A connection that comes back by itself may be to a server that knows less than the one before.
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
    disableOfflineQueue: true,
  });
  client.on('error', onBroken);
  client.on('end', () => onBroken(new Error('The connection to Redis has ended.')));
  await client.connect();
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  return {
    read: async (keys) => (await binary.mGet([...keys])).map((value) => value ?? undefined),
    write: async (key, value, ttlMs) => {
      await client.set(key, Buffer.from(value), { expiration: { type: 'PX', value: ttlMs } });
    },
    claim: async (keys, value, ttlMs) => {
      const own = Buffer.from(value);
      // Sent together, and done in this order.
      const claimed = keys.map((key) =>
        client.set(key, own, { condition: 'NX', expiration: { type: 'PX', value: ttlMs } }),
      );
      const [found] = await Promise.all([binary.mGet([...keys]), ...claimed]);
      return found.map((there) => there ?? own);
    },
    remove: async (keys) => {
      await client.unlink([...keys]);
    },
    close: () => client.destroy(),
  };
}
