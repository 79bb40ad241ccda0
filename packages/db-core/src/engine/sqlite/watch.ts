import type { CommitWatch } from '../contract.ts';
import type { SqliteConnection } from './connection.ts';

/** Reading the version takes some 5 µs. */
const POLL_MS = 10;

/** SQLite tells nobody of a commit, but a connection can see that another one, of any process, has made one. */
export function watchCommits(connection: SqliteConnection, onCommit: () => void): CommitWatch {
  let version: unknown;
  const look = (): void => {
    try {
      const now = connection.pragma('data_version');
      if (now === version) return;
      version = now;
    } catch {
      // Whoever waits looks for itself, and is told what is wrong.
    }
    onCommit();
  };
  const timer = setInterval(look, POLL_MS);
  return {
    close: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}
