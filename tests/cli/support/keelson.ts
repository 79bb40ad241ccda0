import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { programOf, root } from '../../support/program.ts';

const main = join(root, 'apps/cli/src/main.ts');

/** A process that hangs fails its test instead of the whole run. */
const LONGEST_MS = 60_000;

export interface RunOptions {
  readonly url?: string;
  /** Besides what every process needs. The settings of whoever runs the tests don't count. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What stdin has; nothing by default. */
  readonly input?: string;
  /** Where stdout goes, as a file's descriptor; by default it is kept. */
  readonly stdout?: number;
  /** Flags for Node itself. */
  readonly node?: readonly string[];
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `keelson` that is under way. */
export class Running {
  readonly child: ChildProcess;
  #stdout = '';
  #stderr = '';
  readonly #closed: Promise<unknown>;

  constructor(args: readonly string[], { url, env = {}, cwd, stdout, node = [] }: RunOptions) {
    this.child = spawn(process.execPath, [...node, programOf(main), ...args], {
      cwd: cwd ?? tmpdir(),
      env: { ...ownEnvironment(), ...(url === undefined ? {} : { DATABASE_URL: url }), ...env },
      stdio: ['pipe', stdout ?? 'pipe', 'pipe'],
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.child.stdin?.on('error', () => undefined);
    this.#closed = once(this.child, 'close');
  }

  get stdout(): string {
    return this.#stdout;
  }
  get stderr(): string {
    return this.#stderr;
  }

  /** Waits until one of its streams has said this. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = performance.now() + LONGEST_MS;
    const isOver = (): boolean =>
      this.child.exitCode !== null || this.child.signalCode !== null || performance.now() > deadline;
    while (!pattern.test(this.#stdout) && !pattern.test(this.#stderr) && !isOver()) await sleep(20);
    const found = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
    if (found === null)
      throw new Error(
        `It ended with ${this.child.exitCode} and never said ${pattern}:\n${this.#stdout}\n${this.#stderr}`,
      );
    return found;
  }

  async ended(): Promise<Ran> {
    await this.#closed;
    return { code: this.child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  async signalled(signal: NodeJS.Signals): Promise<Ran> {
    this.child.kill(signal);
    return this.ended();
  }
}

/** Starts it; whoever does so ends it. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  return new Running(args, options);
}

/** Runs a command to its end. */
export async function keelson(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const running = start(args, options);
  running.child.stdin?.end(options.input ?? '');
  return running.ended();
}

/** Runs a command that is to succeed. */
export async function succeed(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const ran = await keelson(args, options);
  expect(ran, `keelson ${args.join(' ')}`).toMatchObject({ code: 0 });
  return ran;
}

/** Runs a command with `--json`: stdout must be one JSON object and nothing else. Gives it. */
export async function document<T = Record<string, unknown>>(
  args: readonly string[],
  { code = 0, ...options }: RunOptions & { readonly code?: number } = {},
): Promise<T> {
  const ran = await keelson([...args, '--json'], options);
  expect(ran, `keelson ${args.join(' ')} --json`).toMatchObject({ code });
  const parsed: unknown = JSON.parse(ran.stdout);
  expect(parsed).toBeTypeOf('object');
  return parsed as T;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Runs a command with `--json` that is to fail: nothing on stdout, and the error as JSON on stderr's last line. */
export async function failure(
  args: readonly string[],
  { exit, ...options }: RunOptions & { readonly exit: number },
): Promise<Failure> {
  const ran = await keelson([...args, '--json'], options);
  expect(ran, `keelson ${args.join(' ')} --json`).toMatchObject({ code: exit, stdout: '' });
  const last = ran.stderr.trimEnd().split('\n').at(-1) ?? '';
  const { error } = JSON.parse(last) as { error: Failure };
  expect(error).toMatchObject({
    code: expect.stringMatching(/^[A-Z_]+$/),
    message: expect.stringMatching(/./),
    hint: expect.stringMatching(/./),
  });
  return error;
}

/** Nothing of the settings in this process's environment. */
function ownEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'NODE_COMPILE_CACHE'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}
