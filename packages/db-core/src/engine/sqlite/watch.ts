import type { CommitWatch } from '../contract.ts';
import type { SqliteConnection } from './connection.ts';

/** Reading the version takes some 5 µs. */
const POLL_MS = 10;

/** SQLite tells nobody of a commit, but a connection can see that another one, of any process, has made one. */
export function watchCommits(connection: SqliteConnection, onCommit: () => void): CommitWatch {
  let version = connection.pragma('data_version');
  const timer = setInterval(() => {
    const now = connection.pragma('data_version');
    if (now === version) return;
    version = now;
    onCommit();
  }, POLL_MS);
  return {
    close: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}
