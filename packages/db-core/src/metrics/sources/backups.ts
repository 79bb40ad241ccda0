import type { Database } from '../../database/database.ts';
import { BackupHistory } from '../../operations/backup/history.ts';
import type { MetricSource } from '../contract.ts';
import * as definitions from '../definitions.ts';

/** How old the last backup is, and whether the last one that was tried could be restored. */
export function backupsSource(database: Database): MetricSource {
  return {
    metrics: [definitions.backupAge, definitions.backupDrill],
    async collect() {
      const { backup, drill } = await new BackupHistory(database).standing();
      return [
        ...(backup === null
          ? []
          : [{ metric: definitions.backupAge, value: Math.max(0, Date.now() - backup.startedAt.getTime()) / 1000 }]),
        ...(drill === null ? [] : [{ metric: definitions.backupDrill, value: drill.result === 'whole' ? 1 : 0 }]),
      ];
    },
  };
}
