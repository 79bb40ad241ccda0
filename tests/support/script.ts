/** For scripts that tests run as processes of their own; what a process says to its test goes line by line to stdout. */
import process from 'node:process';

export function say(value: unknown): void {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
}

/** Keeps the event loop and whatever is locked, as a computation does. */
export function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
