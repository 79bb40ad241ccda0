import type { Check, Finding } from './contract.ts';

const PREPARED = `select gid, owner, extract(epoch from clock_timestamp() - prepared)::float8 * 1000 as ms from pg_prepared_xacts
  where database = current_database() order by prepared`;
// Of others a role without rights sees neither state nor times.
const OPEN = `select pid, coalesce(nullif(application_name, ''), 'an unnamed program') as program, state,
  extract(epoch from clock_timestamp() - xact_start)::float8 * 1000 as ms from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and xact_start is not null order by xact_start`;
const LOCKS = `select a.pid, coalesce(nullif(a.application_name, ''), 'an unnamed program') as program,
  extract(epoch from clock_timestamp() - a.backend_start)::float8 * 1000 as ms
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())`;

const HOLDS = 'It holds its locks, and keeps VACUUM from removing what has died since, in every table.';

/** Transactions that nobody ends, and locks that nobody gives back. */
export const sessions: Check = {
  name: 'sessions',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ rows, limits }) => {
    const findings: Finding[] = [];
    for (const { gid, owner, ms } of await rows(PREPARED)) {
      if (Number(ms) <= limits.transactionMs) continue;
      findings.push({
        code: 'PREPARED_TRANSACTION_FORGOTTEN',
        severity: 'error',
        subject: String(gid),
        message: `The prepared transaction ${String(gid)} of ${String(owner)} has waited ${minutes(ms)} to be committed.`,
        meaning: `${HOLDS} A restart does not end it. Keelson never makes one.`,
        remedy: `ROLLBACK PREPARED '${String(gid).replaceAll("'", "''")}'; or COMMIT PREPARED, as its program meant.`,
      });
    }
    for (const { pid, program, state, ms } of await rows(OPEN)) {
      if (Number(ms) <= limits.transactionMs) continue;
      findings.push({
        code: 'TRANSACTION_LONG',
        severity: 'warning',
        subject: String(pid),
        message: `A transaction of ${String(program)} (process ${String(pid)} of the server, ${String(state)}) has been open for ${minutes(ms)}.`,
        meaning: HOLDS,
        remedy: `Let it finish, or end it: SELECT pg_terminate_backend(${String(pid)});`,
      });
    }
    for (const { pid, program, ms } of await rows(LOCKS)) {
      if (Number(ms) <= limits.migrationMs) continue;
      findings.push({
        code: 'LOCK_HELD',
        severity: 'warning',
        subject: String(pid),
        message: `${String(program)} (process ${String(pid)} of the server) has been connected for ${minutes(ms)} and holds an advisory lock, such as the migrations'.`,
        meaning: 'If it is that of the migrations, nobody else can migrate.',
        remedy: `Look whether it still works; if not, end it: SELECT pg_terminate_backend(${String(pid)});`,
      });
    }
    return findings;
  },
};

function minutes(ms: unknown): string {
  const seconds = Number(ms) / 1000;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} minutes`;
}
