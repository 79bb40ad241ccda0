import { SYSTEM_OWNER } from '../database/user-id.ts';
import type { Jobs } from './jobs.ts';
import { Schedules } from './schedules.ts';

/** What a database needs every night, in UTC, and every hour; not all at the same time. */
const OWN = [
  { name: 'erase', kind: 'kernel.erase', expression: '37 1 * * *' },
  { name: 'optimize', kind: 'kernel.optimize', expression: '17 3 * * *' },
  { name: 'prune', kind: 'jobs.prune', expression: '47 2 * * *' },
  { name: 'readiness', kind: 'kernel.readiness', expression: '37 * * * *' },
  { name: 'tidy', kind: 'kernel.tidy', expression: '7 2 * * *' },
];

/**
 * Makes the schedules of the kernel's own jobs, where they aren't there yet. Whoever changes one or switches it off is left
 * to it. For programs that run a {@link Worker}.
 */
export async function ensureKernelSchedules(jobs: Jobs): Promise<void> {
  const schedules = new Schedules(jobs);
  const { items } = await schedules.list(SYSTEM_OWNER, { limit: 500 });
  const known = new Set(items.map(({ name }) => name));
  for (const schedule of OWN) {
    if (!known.has(schedule.name)) await schedules.set({ ...schedule, userId: SYSTEM_OWNER, parameters: {} });
  }
}
