import type { Database } from '../../database/database.ts';
import { BackupHistory, type BackupRun } from '../../operations/backup/history.ts';
import type { MetricDefinition, MetricSource, Sample } from '../contract.ts';
import * as definitions from '../definitions.ts';

/** How old the last backup is, and whether the last one that was tried could be restored. */
export function backupsSource(database: Database): MetricSource {
  return {
    metrics: [definitions.backupAge, definitions.fullBackupAge, definitions.backupDrill],
    async collect() {
      const { backup, full, drill } = await new BackupHistory(database).standing();
      const age = (metric: MetricDefinition, run: BackupRun | null): Sample[] =>
        run === null ? [] : [{ metric, value: Math.max(0, Date.now() - run.startedAt.getTime()) / 1000 }];
      return [
        ...age(definitions.backupAge, backup),
        ...age(definitions.fullBackupAge, full),
        ...(drill === null ? [] : [{ metric: definitions.backupDrill, value: drill.result === 'whole' ? 1 : 0 }]),
      ];
    },
  };
}
