import type { FiringAlert } from './alerts/alerts.ts';
import { ruleOf } from './alerts/rules.ts';
import type { HealthCheck } from './health.ts';

export interface AlertsCheck extends HealthCheck {
  /** What is wrong now, as the rules of alerts found it. */
  readonly firing: readonly {
    readonly rule: string;
    readonly subject: string | null;
    readonly severity: FiringAlert['severity'];
    readonly message: string;
    readonly firedAt: Date;
  }[];
}

/** What is to be done in good time makes nothing worse now. */
export function alertsCheck(alerts: readonly FiringAlert[]): AlertsCheck {
  const firing = alerts.map(({ subject, ...alert }) => ({ ...alert, subject: subject === '' ? null : subject }));
  const [first] = alerts.filter(({ severity }) => severity !== 'info');
  if (first === undefined)
    return { status: 'healthy', message: firing.length === 0 ? 'No alert fires.' : 'No alert is urgent.', firing };
  const others = firing.length === 1 ? '' : ` ${firing.length} alerts in all.`;
  return {
    status: 'degraded',
    message: `${first.message}${others}`,
    hint: ruleOf(first.rule).hint,
    firing,
  };
}
