import type { Database } from '../../database/database.ts';
import { readFiring } from '../../operations/alerts/alerts.ts';
import { ALERT_RULES, ruleOf } from '../../operations/alerts/rules.ts';
import { watchOf } from '../../operations/alerts/watch.ts';
import type { MetricSource } from '../contract.ts';
import * as definitions from '../definitions.ts';

/** What is wrong. That the database is away only this process's watch can tell. */
export function alertsSource(database: Database): MetricSource {
  return {
    metrics: [definitions.alertsFiring],
    async collect() {
      const sample = (rule: string, value: number) => ({
        metric: definitions.alertsFiring,
        labels: { rule, severity: ruleOf(rule).severity },
        value,
      });
      if (watchOf(database)?.isAway === true) return [sample('database-away', 1)];
      const counts = new Map<string, number>(Object.keys(ALERT_RULES).map((rule) => [rule, 0]));
      for (const { rule } of await readFiring(database)) counts.set(rule, (counts.get(rule) ?? 0) + 1);
      return [...counts].map(([rule, value]) => sample(rule, value));
    },
  };
}
