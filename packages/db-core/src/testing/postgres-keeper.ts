import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import type { Account } from './postgres-binaries.ts';

export interface KeeperOrders {
  /** Run one after the other; the last one is the server. */
  readonly commands: readonly { readonly file: string; readonly args: readonly string[] }[];
  readonly account: Account | undefined;
  /** Removed at the end; the commands run in the first one. */
  readonly folders: readonly [string, ...string[]];
}

/** What may be written to the keeper's standard input, each on a line of its own. */
export type KeeperOrder = 'halt fast' | 'halt immediate' | 'start';

/** What it says on standard error, among what the server logs, when a server that it was told to halt has ended. */
export const HALTED = 'keeper: the server is halted';

/**
 * Starts a process that runs the server and, as soon as its standard input ends, stops it and removes its folders. The
 * input ends when this process closes it, and also when this process dies in whichever way: Ctrl-C, a crash, `kill -9`.
 */
export function startKeeper(orders: KeeperOrders): ChildProcess {
  const script = `(${keep.toString()})(${JSON.stringify(orders)}, ${JSON.stringify(HALTED)})`;
  // A session of its own: Ctrl-C in a terminal reaches all processes of the session.
  return spawn(process.execPath, ['--input-type=commonjs', '-e', script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

/**
 * Runs in the other process, from its source text: it can use nothing from outside this function, imports included, so
 * `process` must be the global one.
 */
function keep(orders: KeeperOrders, halted: string): void {
  const { process: self } = globalThis;
  const childProcess = self.getBuiltinModule('node:child_process');
  const files = self.getBuiltinModule('node:fs');
  let running: ChildProcess | undefined;
  let stopping = false;
  let halting = false;

  const finish = (code: number): void => {
    for (const folder of orders.folders) files.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    self.exit(code);
  };
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    // SIGINT asks PostgreSQL for a fast shutdown, SIGQUIT for an immediate one.
    if (running === undefined) finish(0);
    running?.kill('SIGINT');
    setTimeout(() => running?.kill('SIGQUIT'), 5000).unref();
    setTimeout(() => running?.kill('SIGKILL'), 8000).unref();
  };
  const run = (index: number): void => {
    const command = orders.commands[index];
    if (command === undefined || stopping) {
      finish(stopping ? 0 : 1);
      return;
    }
    running = childProcess.spawn(command.file, command.args, {
      ...orders.account,
      cwd: orders.folders[0],
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...self.env, LC_ALL: 'C', LC_MESSAGES: 'C', TZ: 'UTC' },
    });
    running.on('error', (error) => {
      self.stderr.write(`${error.message}\n`);
      finish(1);
    });
    running.on('exit', (code) => {
      const wasHalted = halting;
      halting = false;
      running = undefined;
      if (stopping) finish(0);
      else if (wasHalted) self.stderr.write(`${halted}\n`);
      else if (code === 0) run(index + 1);
      else finish(1);
    });
  };
  const obey = (order: string): void => {
    if (order === 'start' && running === undefined) run(orders.commands.length - 1);
    if (!order.startsWith('halt') || running === undefined) return;
    halting = true;
    running.kill(order === 'halt fast' ? 'SIGINT' : 'SIGQUIT');
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) self.on(signal, stop);
  // The log's reader may be gone.
  self.stderr.on('error', () => undefined);
  self.stdin.on('end', stop);
  self.stdin.on('error', stop);
  let unread = '';
  self.stdin.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) obey(line);
  });
  run(0);
}
