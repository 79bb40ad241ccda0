import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { ApiTokens, openDatabase } from '@keelson/db-core';
import { expect, onTestFinished, vi } from 'vitest';
import { programOf, root } from '../support/program.ts';

const main = join(root, 'apps/api/src/main.ts');

export type LogLine = Readonly<Record<string, unknown>>;

/** The API as a program of its own. */
export interface ApiProcess {
  readonly log: readonly LogLine[];
  /** Waits for a line of the log that starts like this. */
  logged(message: string): Promise<LogLine>;
  /** Where it listens; waits until it does. */
  url(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Waits until it has ended; gives its exit code. */
  ended(): Promise<number | null>;
}

/** Starts it with these settings and nothing of this process's own. */
export function startApi(settings: Readonly<Record<string, string>>): ApiProcess {
  const { PATH = '' } = process.env;
  const env = { PATH, KEELSON_HTTP_PORT: '0', ...settings };
  const child = spawn(process.execPath, [programOf(main)], {
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const log: LogLine[] = [];
  const lines = createInterface({ input: child.stderr }).on('line', (line) => log.push(parsed(line)));
  // What it said last may come after it has ended.
  const exit = Promise.all([once(child, 'close'), once(lines, 'close')]);
  onTestFinished(() => end(child, exit));
  const logged = (message: string): Promise<LogLine> =>
    vi.waitFor(
      () => {
        const line = log.find(({ msg }) => typeof msg === 'string' && msg.startsWith(message));
        expect(line, `"${message}" in ${JSON.stringify(log, undefined, 1)}`).toBeDefined();
        return line!;
      },
      { timeout: 20_000, interval: 20 },
    );
  return {
    log,
    logged,
    url: async () => {
      const { msg } = await logged('the API listens at ');
      return /http:\/\/[^,]+/.exec(msg as string)![0];
    },
    kill: (signal) => void child.kill(signal),
    ended: async () => {
      await exit;
      return child.exitCode;
    },
  };
}

async function end(child: ChildProcess, exit: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await exit;
}

/** What isn't JSON is shown as it is: somebody printed what isn't a line of the log. */
function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { unreadable: line };
  }
}

/** A token for everything of a user of this database. */
export async function createToken(url: string, userId: string): Promise<string> {
  const database = openDatabase({ url, env: {} });
  try {
    const { token } = await new ApiTokens(database).create({ userId, name: 'test', scopes: ['*'] });
    return token;
  } finally {
    await database.close();
  }
}
