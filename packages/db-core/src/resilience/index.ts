export { type Breaker, type BreakerState, createBreaker } from './breaker.ts';
export { withDeadline } from './deadline.ts';
export { isConnectionFault, isDatabaseAnswer, isPassing, isWorthRepeating } from './faults.ts';
export { backoffDelay, type Retry, withRetry } from './retry.ts';
