import {
  type Alert,
  type AlertWatch,
  type Database,
  defineAlertJob,
  Jobs,
  watchAlerts,
  Worker,
} from '@keelson/db-core';
import { expect } from 'vitest';

export const SECRET = 'whsec_c2l4dGVlbiBieXRlcyBhcmUgdG9vIGZldyBmb3IgdGhpcw==';

/** Looks are made by the tests, when they want one. */
export const QUIET = { ALERT_INTERVAL: '3600', ALERT_DISK_FREE_PERCENT: '0', ALERT_WEBHOOK_TIMEOUT: '0.5' };

/** What can't be looked at fails its test. */
export function watching(
  database: Database,
  onAlert: (transition: string, alert: Alert) => void = () => undefined,
): AlertWatch {
  return watchAlerts(database, {
    onAlert,
    onTrouble: (error) => {
      throw error;
    },
  });
}

/** Every look is this process's turn. */
export async function look(database: Database, watch: AlertWatch): Promise<void> {
  await database.system('test').run((db) =>
    db
      .updateTable('alert_watch')
      .set({ evaluated_at: new Date(0) })
      .where('singleton', '=', 1),
  );
  await watch.look();
}

/** A worker that tells of alerts, until it is disposed of. */
export function working(database: Database): AsyncDisposable & { readonly jobs: Jobs } {
  const jobs = new Jobs(database);
  defineAlertJob(jobs);
  const stop = new AbortController();
  const running = new Worker(jobs, { signal: stop.signal, pollMs: 20, graceMs: 100 }).run();
  return {
    jobs,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

export function rulesOf(alerts: readonly Alert[]): string[] {
  return alerts.map(({ rule, subject }) => (subject === '' ? rule : `${rule} ${subject}`));
}

export async function until(holds: () => unknown): Promise<void> {
  await expect.poll(holds, { timeout: 20_000, interval: 20 }).toBeTruthy();
}
