export { type Breaker, type BreakerOptions, type BreakerState, createBreaker } from './breaker.ts';
export { type DeadlineOptions, withDeadline } from './deadline.ts';
export { isConnectionFault, isDatabaseAnswer, isRetriable } from './faults.ts';
export { backoffDelay, type Retry, type RetryOptions, withRetry } from './retry.ts';
