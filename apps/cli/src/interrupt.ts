import process from 'node:process';
import { InterruptedError } from './errors.ts';

/** Ctrl-C, once and for the whole process: the first one asks to end, the second one ends. */
export class Interrupt {
  readonly #controller = new AbortController();

  constructor() {
    process.on('SIGINT', () => {
      if (this.#controller.signal.aborted) process.exit(130);
      this.#controller.abort(new InterruptedError('Interrupted.'));
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The work's result, or an `InterruptedError` as soon as somebody presses Ctrl-C; what the work still does isn't waited for. */
  async race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    const { promise: interrupted, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([work, interrupted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** What a supervisor sends. */
export function sigterm(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}
