import process from 'node:process';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * The signal that asks this process to stop: Ctrl-C, or what a supervisor sends. A second one ends it at once, as if
 * nobody listened.
 *
 * @example
 * ```ts
 * await stopSignal();
 * await server.close();
 * ```
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      for (const each of SIGNALS) process.off(each, stop);
      resolve(signal);
    };
    for (const each of SIGNALS) process.on(each, stop);
  });
}
