interface DeadlineOptions {
  /** 0: none. */
  readonly timeoutMs: number;
  /** Makes the error when the time is over; the place to stop what still runs. */
  readonly onTimeout: () => Error;
}

/**
 * The work's result, or the error of `onTimeout` when it takes too long. The work itself can't be stopped from here: what
 * it throws later is dropped.
 */
export async function withDeadline<T>(work: () => Promise<T>, { timeoutMs, onTimeout }: DeadlineOptions): Promise<T> {
  if (timeoutMs === 0) return work();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(onTimeout()), timeoutMs);
  try {
    return await Promise.race([work(), over]);
  } finally {
    clearTimeout(timer);
  }
}
