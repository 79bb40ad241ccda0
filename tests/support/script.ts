/** For scripts that tests run as processes of their own; what a process says to its test goes line by line to stdout. */
import { flushCompileCache } from 'node:module';
import process from 'node:process';

export function say(value: unknown): void {
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
}

/** For a script that is going to be killed: says that it begins, and keeps what was compiled for the next one. */
export function ready(): void {
  flushCompileCache();
  say('ready');
}

/** Keeps the event loop and whatever is locked, as a computation does. */
export function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
