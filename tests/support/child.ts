import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { programOf } from './program.ts';

export interface ChildOptions {
  /** What starts Node, with its arguments before Node's own: `['sh', '-c', 'ulimit … && exec "$@"', 'sh']`. */
  readonly launcher?: readonly string[];
}

/** How a process ended, with all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** A script of the tests, running as a process of its own. It is killed when the test is over, if it still runs then. */
export class Child {
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #lines: string[] = [];
  readonly #ended: Promise<Ended>;
  #onLine: (() => void) | undefined;
  #isOver = false;

  constructor(script: string, args: readonly string[], { launcher = [] }: ChildOptions = {}) {
    const node = [process.execPath, programOf(script), ...args];
    this.#process = spawn(launcher[0] ?? node[0]!, [...launcher, ...node].slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const errors: string[] = [];
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    const reader = createInterface({ input: this.#process.stdout });
    reader.on('line', (line) => {
      this.#lines.push(line);
      this.#onLine?.();
    });
    // Not at `exit`: what was printed last may still be on its way then.
    this.#ended = Promise.all([once(this.#process, 'exit'), once(reader, 'close')]).then(([[code, signal]]) => {
      this.#isOver = true;
      this.#onLine?.();
      return {
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
        lines: this.#lines,
        errors: errors.join(''),
      };
    });
    onTestFinished(async () => {
      await this.kill();
    });
  }

  /** What was printed up to now. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Waits until this many lines were printed; gives the last of them. */
  async line(count = 1): Promise<string> {
    while (this.#lines.length < count) {
      if (this.#isOver) throw new Error(`The process ended early: ${JSON.stringify(await this.#ended)}`);
      await new Promise<void>((resolve) => {
        this.#onLine = resolve;
      });
    }
    return this.#lines[count - 1]!;
  }

  /** `kill -9`, and what it had said by then. */
  async kill(): Promise<Ended> {
    this.#process.kill('SIGKILL');
    return this.#ended;
  }

  /** Asks it to stop. */
  stop(): void {
    this.#process.kill('SIGTERM');
  }

  /** Waits for its end. */
  ended(): Promise<Ended> {
    return this.#ended;
  }

  /** What it printed last, as JSON, when it has ended well. */
  async result<T>(): Promise<T> {
    const { code, signal, lines, errors } = await this.#ended;
    const last = lines.at(-1);
    if (code !== 0 || last === undefined) throw new Error(`The process ended with ${code ?? signal}: ${errors}`);
    return JSON.parse(last) as T;
  }
}
