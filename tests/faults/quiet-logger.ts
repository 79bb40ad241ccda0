import { createLogger } from '@keelson/api';

/** What the API logs of faults that a test makes is nobody's news. */
export function quietLogger(): ReturnType<typeof createLogger> {
  return createLogger({ stream: { write: () => undefined } });
}
