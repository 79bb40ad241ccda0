import type { Database } from '../../database/database.ts';
import { readIdentity } from '../../platform/identity.ts';
import { type Readiness, readinessOfKept } from '../../platform/readiness.ts';
import { BackupHistory, type BackupStanding } from '../backup/history.ts';
import type { AlertFinding, AlertRuleName } from './rules.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A figure of readiness comes every hour. */
const READINESS_EVERY_MS = HOUR_MS / 2;

/** What is in the database, so that it is the same whoever looks. */
export class SharedRules {
  readonly #database: Database;
  readonly #backups: BackupHistory;
  #readiness: { readonly at: number; readonly findings: readonly AlertFinding[] } | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#backups = new BackupHistory(database);
  }

  /** What was found, and which rules could be looked at. One that fails leaves the others alone. */
  async look(onTrouble: (error: unknown) => void): Promise<{
    readonly findings: readonly AlertFinding[];
    readonly looked: ReadonlySet<string>;
  }> {
    const findings: AlertFinding[] = [];
    const looked = new Set<string>();
    for (const [rules, look] of this.#looks()) {
      try {
        findings.push(...(await look()));
        for (const rule of rules) looked.add(rule);
      } catch (error) {
        onTrouble(error);
      }
    }
    return { findings, looked };
  }

  #looks(): readonly (readonly [readonly AlertRuleName[], () => Promise<readonly AlertFinding[]>])[] {
    return [
      [['backup-too-old', 'backup-failed', 'restore-drill-failed'], () => this.#lookAtBackups()],
      [['feed-lag'], () => this.#lookAtFeed()],
      [['outgrowing-sqlite'], () => this.#lookAtReadiness()],
    ];
  }

  async #lookAtBackups(): Promise<readonly AlertFinding[]> {
    const standing = await this.#backups.standing();
    const { backup, failure, drill } = standing;
    const findings = await this.#ageOf(standing);
    if (failure !== null && failure.startedAt > (backup?.startedAt ?? new Date(0)))
      findings.push({
        rule: 'backup-failed',
        subject: '',
        message: `The backup of ${iso(failure.startedAt)} failed: ${failure.error}`,
      });
    if (drill?.result === 'failed')
      findings.push({
        rule: 'restore-drill-failed',
        subject: '',
        message: `Restoring ${drill.file ?? 'the last backup'} for a try failed on ${iso(drill.startedAt)}: ${drill.error}`,
      });
    return findings;
  }

  async #ageOf({ backup }: BackupStanding): Promise<AlertFinding[]> {
    const { backupAgeMs } = this.#database.config.alerts;
    if (backupAgeMs === 0) return [];
    const rule = 'backup-too-old';
    if (backup !== null) {
      const ageMs = Date.now() - backup.startedAt.getTime();
      if (ageMs <= backupAgeMs) return [];
      const message = `The last backup is ${Math.floor(ageMs / HOUR_MS)} hours old, of ${iso(backup.startedAt)}.`;
      return [{ rule, subject: '', message }];
    }
    // Who develops needs none; a database in production is to have one.
    const identity = await readIdentity(this.#database);
    if (identity?.environment !== 'production' || Date.now() - identity.createdAt.getTime() <= backupAgeMs) return [];
    return [{ rule, subject: '', message: 'No backup was ever made of this database.' }];
  }

  async #lookAtFeed(): Promise<readonly AlertFinding[]> {
    const { feedLagMs } = this.#database.config.alerts;
    if (feedLagMs === 0) return [];
    const consumers = await this.#database.changes.consumers();
    return consumers.flatMap(({ name, behind, lagMs, resync, isRunning, updatedAt }) => {
      if (resync !== null && Date.now() - updatedAt.getTime() > feedLagMs) {
        const message = `The consumer ${name} has to read everything anew, and nobody is at it.`;
        return [{ rule: 'feed-lag' as const, subject: name, message }];
      }
      if (lagMs === null || lagMs <= feedLagMs) return [];
      const count = behind === null ? '' : ` ${behind.toLocaleString('en')} changes wait.`;
      const running = isRunning ? '' : ' No instance of it is at work.';
      const message = `The consumer ${name} is ${Math.round(lagMs / 1000)} seconds behind.${count}${running}`;
      return [{ rule: 'feed-lag' as const, subject: name, message }];
    });
  }

  async #lookAtReadiness(): Promise<readonly AlertFinding[]> {
    const { readinessDays } = this.#database.config.alerts;
    if (readinessDays === 0 || this.#database.config.target.engine !== 'sqlite') return [];
    const now = performance.now();
    if (this.#readiness === undefined || now - this.#readiness.at > READINESS_EVERY_MS) {
      const kept = await readinessOfKept(this.#database);
      this.#readiness = { at: now, findings: kept === null ? [] : outgrown(kept, readinessDays) };
    }
    return this.#readiness.findings;
  }
}

function outgrown({ figures, sample }: Readiness, days: number): AlertFinding[] {
  return figures.flatMap(({ name, unit, value, threshold, isReached, trend }) => {
    const finding = (message: string): AlertFinding[] => [{ rule: 'outgrowing-sqlite', subject: name, message }];
    const limit = `${threshold.toLocaleString('en')} ${unit}`;
    const now = `${(value ?? 0).toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`;
    if (isReached) return finding(`The figure ${name} is ${now}; from ${limit} on PostgreSQL is the better place.`);
    const at = trend?.expectedAt ?? null;
    if (at === null || at.getTime() - sample.takenAt.getTime() > days * DAY_MS) return [];
    return finding(`The figure ${name} is ${now}, and at the present growth ${limit} on ${iso(at).slice(0, 10)}.`);
  });
}

function iso(date: Date): string {
  return date.toISOString();
}
