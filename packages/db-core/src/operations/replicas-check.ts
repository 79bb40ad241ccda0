import type { ReplicaState } from '../events/events.ts';
import type { ReplicaFigures } from '../replicas/replica.ts';
import type { HealthCheck } from './health.ts';

/** The servers of `DATABASE_READ_URL`. Without them every read goes to the primary, so that none of them is ever vital. */
export interface ReplicasCheck extends HealthCheck {
  readonly replicas: readonly Omit<ReplicaFigures, 'pool'>[];
}

export function replicasCheck(figures: readonly ReplicaFigures[], maxLagMs: number): ReplicasCheck {
  const replicas = figures.map(({ location, state, reason, lagMs, lagBytes, reads, fallbacks }) => ({
    location,
    state,
    reason,
    lagMs,
    lagBytes,
    reads,
    fallbacks,
  }));
  const unused = replicas.filter(({ state }) => state !== 'following');
  const [first] = unused;
  if (first === undefined)
    return { status: 'healthy', message: `Replicas that users read from: ${replicas.length}.`, replicas };
  const found = unused.map(({ location, state, reason }) => `${location} is ${state}${inBrackets(reason)}`);
  return {
    status: 'degraded',
    message: `Not read from: ${found.join('; ')}. The primary answers instead.`,
    hint: hints(maxLagMs)[first.state],
    replicas,
  };
}

function inBrackets(reason: string | null): string {
  return reason === null ? '' : ` (${reason})`;
}

/** What to do about a replica that isn't read from. It is tried again by itself. */
function hints(maxLagMs: number): Readonly<Record<ReplicaState, string>> {
  return {
    following: 'Nothing has to be done.',
    joining: 'Look again in a moment. If it stays so, look whether its server receives and replays the log.',
    behind: `Look what holds up its replay (pg_stat_replication on the primary), or raise DATABASE_READ_MAX_LAG_MS, which is ${maxLagMs}.`,
    unreachable: 'Start its server, or mend its address, user and password in DATABASE_READ_URL.',
    'not-a-replica': 'Make it a standby of the primary again, or take it out of DATABASE_READ_URL.',
    foreign:
      'Name a standby of the server of DATABASE_URL in DATABASE_READ_URL. After a failover it takes until its next checkpoint.',
  };
}
