import { SYSTEM_OWNER } from '../database/user-id.ts';
import type { Jobs } from './jobs.ts';
import { Schedules } from './schedules.ts';

/** What a database needs every night, in UTC, and every hour; not all at the same time. */
const OWN = [
  { name: 'erase', kind: 'kernel.erase', expression: '37 1 * * *' },
  { name: 'optimize', kind: 'kernel.optimize', expression: '17 3 * * *' },
  { name: 'readiness', kind: 'kernel.readiness', expression: '37 * * * *' },
  { name: 'retention', kind: 'kernel.retention', expression: '7 2 * * *' },
];

/** Kinds that earlier versions had; `kernel.retention` does what they did. */
const RETIRED = ['jobs.prune', 'kernel.tidy'];

/**
 * Makes the schedules of the kernel's own jobs, where they aren't there yet. Whoever changes one or switches it off is left
 * to it. For programs that run a {@link Worker}.
 */
export async function ensureKernelSchedules(jobs: Jobs): Promise<void> {
  const schedules = new Schedules(jobs);
  const { items } = await schedules.list(SYSTEM_OWNER, { limit: 500 });
  const retired = items.filter(({ kind }) => RETIRED.includes(kind) && !jobs.kinds.includes(kind));
  for (const { name } of retired) await schedules.remove(SYSTEM_OWNER, name);
  const known = new Set(items.map(({ name }) => name));
  for (const schedule of OWN) {
    // A program that brings its own jobs may have left one out.
    if (known.has(schedule.name) || !jobs.kinds.includes(schedule.kind)) continue;
    await schedules.set({ ...schedule, userId: SYSTEM_OWNER, parameters: {} });
  }
}
