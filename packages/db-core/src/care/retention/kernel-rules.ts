import { GONE_AFTER_MS } from '../../platform/instances.ts';
import { SESSION_IDLE_MS } from '../../platform/sessions.ts';
import { ATTEMPTS_REMEMBERED_MS } from '../../platform/sign-in-attempts.ts';
import type { RetentionRule } from './rule.ts';

/** What became of backups is told for at least so long. */
const HISTORY_MS = 400 * 86_400_000;

/** What the platform keeps for a while only. */
export const KERNEL_RULES: readonly RetentionRule[] = [
  {
    name: 'jobs.ended',
    purpose: 'jobs that have ended, with what they said',
    table: 'jobs',
    action: 'remove',
    since: ['completed_at'],
    keepMs: ({ jobs }) => forEver(jobs.keepMs),
    idsByTime: true,
  },
  {
    name: 'logs.old',
    purpose: 'log lines that are old, or too many',
    table: 'system_logs',
    action: 'remove',
    since: ['created_at'],
    keepMs: ({ retention }) => forEver(retention.logsMs),
    idsByTime: true,
    mostRows: ({ retention }) => retention.logRows,
  },
  {
    name: 'answers.expired',
    purpose: 'answers to requests that may be repeated, when their time is over',
    table: 'idempotency_keys',
    action: 'remove',
    since: ['expires_at'],
    keepMs: 0,
  },
  {
    name: 'sessions.expired',
    purpose: 'sessions whose time is over',
    table: 'user_sessions',
    action: 'remove',
    since: ['expires_at'],
    keepMs: 0,
  },
  {
    name: 'sessions.idle',
    purpose: 'sessions that nobody uses any more',
    table: 'user_sessions',
    action: 'remove',
    since: ['last_activity_at'],
    keepMs: SESSION_IDLE_MS,
  },
  {
    name: 'sign-ins.failed',
    purpose: 'failed attempts to sign in that no longer count',
    table: 'sign_in_failures',
    action: 'remove',
    since: ['last_failed_at'],
    keepMs: ATTEMPTS_REMEMBERED_MS,
  },
  {
    name: 'programs.gone',
    purpose: 'programs that no longer say that they run',
    table: 'app_instances',
    action: 'remove',
    since: ['last_seen_at'],
    keepMs: GONE_AFTER_MS,
  },
  {
    name: 'backups.history',
    purpose: 'what became of backups that are long gone',
    table: 'backups',
    action: 'remove',
    since: ['started_at'],
    keepMs: ({ backups }) => (backups.keepMs === 0 ? null : Math.max(backups.keepMs, HISTORY_MS)),
  },
];

/** In settings 0 says that nothing goes. */
function forEver(ms: number): number | null {
  return ms === 0 ? null : ms;
}
