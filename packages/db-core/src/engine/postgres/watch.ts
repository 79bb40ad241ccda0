import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { CommitWatch } from '../contract.ts';
import { mapPostgresError } from './errors.ts';
import type { PostgresSettings } from './options.ts';

/** What the triggers of the change log notify. */
const CHANNEL = 'keelson_changes';
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
const GONE_MS = 1000;

/**
 * Listens on a session of its own, which a pooler that shares sessions between transactions can't give: without
 * notifications whoever waits still looks from time to time. One that breaks is replaced.
 */
export function watchCommits(settings: PostgresSettings, onCommit: () => void): CommitWatch {
  const closing = new AbortController();
  const done = listen(settings, onCommit, closing.signal);
  return {
    close: async () => {
      closing.abort();
      await done;
    },
  };
}

async function listen(settings: PostgresSettings, onCommit: () => void, signal: AbortSignal): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const client = new pg.Client(settings.client);
    try {
      const broken = new Promise<Error>((resolve) => client.once('error', resolve));
      const stopped = new Promise<undefined>((resolve) => {
        if (signal.aborted) resolve(undefined);
        signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      // Whatever else goes wrong is told once; a second error that nobody listens to would end the process.
      client.on('error', () => undefined);
      client.on('notification', onCommit);
      await client.connect();
      await client.query(`set idle_session_timeout to 0; listen ${CHANNEL}`);
      pauseMs = FIRST_PAUSE_MS;
      // What was committed before this session listened was told to nobody.
      onCommit();
      const error = await Promise.race([broken, stopped]);
      if (error !== undefined) throw error;
    } catch (error) {
      settings.onConnectionError(mapPostgresError(error, { location: settings.target.location, phase: 'connect' }));
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    } finally {
      // A server that doesn't answer can't hold up the end.
      await Promise.race([client.end().catch(() => undefined), sleep(GONE_MS, undefined, { ref: false })]);
    }
  }
}
