import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';

/** A script beside the benchmarks, as a process of its own: it says a line when it is ready, and its result at the end. */
export class OtherProcess {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #said: string[] = [];

  private constructor(child: ChildProcess, lines: Interface) {
    this.#process = child;
    this.#lines = lines;
    lines.on('line', (line) => this.#said.push(line));
  }

  /** Waits until it is ready. */
  static async start(script: string, ...args: readonly string[]): Promise<OtherProcess> {
    const child = spawn(process.execPath, ['--conditions=keelson-source', script, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const other = new OtherProcess(child, lines);
    await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended before it was ready.`))),
    ]);
    return other;
  }

  /** Tells it to stop; gives what it says then. */
  async stop<Result>(): Promise<Result> {
    const closed = once(this.#lines, 'close');
    this.#process.kill('SIGTERM');
    await closed;
    return JSON.parse(this.#said.at(-1) ?? 'null') as Result;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Milliseconds that mean the same in every process of a machine, with fractions. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}
