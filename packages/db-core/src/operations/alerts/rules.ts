import type { AlertSeverity } from '../../schema/enumerations.ts';

export interface AlertRule {
  /** `critical`: look at once. `warning`: look today. `info`: plan for it. */
  readonly severity: AlertSeverity;
  /** What it says, in words. */
  readonly title: string;
  /** What to do. */
  readonly hint: string;
}

/** Every rule. What each one means, and what to do, stands at length in docs/alerts.md. */
export const ALERT_RULES = {
  'database-away': {
    severity: 'critical',
    title: 'The database cannot be used',
    hint: 'Run `keelson doctor` on the machine of this program; see whether the server, the network and the disk are there.',
  },
  'backup-too-old': {
    severity: 'critical',
    title: 'The last backup is too old',
    hint: 'Run `keelson backup`; see that a worker runs, and why the last one failed.',
  },
  'backup-failed': {
    severity: 'warning',
    title: 'The last backup failed',
    hint: 'Mend what the message names, then run `keelson backup`.',
  },
  'restore-drill-failed': {
    severity: 'critical',
    title: 'The last backup that was restored for a try could not be',
    hint: 'Run `keelson backup`, then `keelson backups verify`.',
  },
  'disk-nearly-full': {
    severity: 'critical',
    title: 'A disk is nearly full',
    hint: 'Make room: `keelson backups prune`, `keelson info` for what is large, or a larger disk.',
  },
  'feed-lag': {
    severity: 'warning',
    title: 'A consumer of the change feed lags behind',
    hint: 'Run `keelson changes consumers`; see that the worker runs, and what its log says.',
  },
  'replica-away': {
    severity: 'warning',
    title: 'A replica is not read',
    hint: 'Reads go to the primary meanwhile. Run `keelson health`, and look at the replica.',
  },
  'pool-exhausted': {
    severity: 'warning',
    title: 'Work waited in vain for a connection, or for its turn to write',
    hint: 'Look for transactions that stay open (`keelson inspect locks`); raise DATABASE_POOL_SIZE.',
  },
  'connection-errors': {
    severity: 'warning',
    title: 'Connections to the database break',
    hint: 'Look at the network and the log of the server.',
  },
  'statement-timeouts': {
    severity: 'warning',
    title: 'Statements take too long',
    hint: 'Run `keelson inspect slow` and `keelson inspect locks`.',
  },
  'outgrowing-sqlite': {
    severity: 'info',
    title: 'SQLite will soon be outgrown, or is',
    hint: 'Run `keelson readiness`, and plan the move to PostgreSQL.',
  },
} as const satisfies Readonly<Record<string, AlertRule>>;

export type AlertRuleName = keyof typeof ALERT_RULES;

/** A rule that is true, and of what. */
export interface AlertFinding {
  readonly rule: AlertRuleName;
  /** Empty where it can be true of one thing only. */
  readonly subject: string;
  /** With its figures. */
  readonly message: string;
}

/** Of a rule that a newer version brought and this one doesn't know, there is its name. */
export function ruleOf(name: string): AlertRule {
  const rule = (ALERT_RULES as Readonly<Record<string, AlertRule>>)[name];
  return rule ?? { severity: 'warning', title: name, hint: 'See docs/alerts.md of the version that found it.' };
}
