import * as z from 'zod';
import {
  type Database,
  type Job,
  type JobContext,
  Jobs,
  type JsonValue,
  Worker,
  type WorkerOptions,
} from '../../src/index.ts';

/** Jobs of one kind, `test.do`, that do what the test says. */
export function jobsThat(
  database: Database,
  run: (context: JobContext<{ n?: number | undefined }>) => Promise<JsonValue | void>,
  options: { timeoutMs?: number; maxAttempts?: number; backoff?: { baseMs?: number; maxMs?: number } } = {},
): Jobs {
  const jobs = new Jobs(database);
  jobs.define({ kind: 'test.do', parameters: z.strictObject({ n: z.number().optional() }), run, ...options });
  return jobs;
}

/** Lets a worker run until the condition holds, at most 20 seconds; then stops it. */
export async function workUntil(
  jobs: Jobs,
  condition: () => Promise<boolean> | boolean,
  options: Omit<WorkerOptions, 'signal'> = {},
): Promise<void> {
  const stop = new AbortController();
  const worker = new Worker(jobs, { pollMs: 20, graceMs: 200, ...options, signal: stop.signal });
  const running = worker.run();
  try {
    await until(condition);
  } finally {
    stop.abort();
    await running;
  }
}

export async function until(condition: () => Promise<boolean> | boolean, withinMs = 20_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('What was waited for did not come.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function ended(jobs: Jobs, user: string, ...ids: readonly string[]): () => Promise<boolean> {
  return async () => {
    const all = await Promise.all(ids.map((id) => jobs.get(user, id)));
    return all.every(({ completedAt }: Job) => completedAt !== null);
  };
}

/** Waits until the signal says stop, as a well-behaved handler does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
}
