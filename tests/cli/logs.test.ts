import { type LogEntry, openDatabase, SystemLogs } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createToken } from '../api/api-process.ts';
import { document, failure, start, succeed } from './support/keelson.ts';

interface Page {
  readonly items: readonly (Omit<LogEntry, 'at'> & { readonly at: string })[];
  readonly nextCursor: string | null;
}

async function withLogs(url: string, work: (logs: SystemLogs) => Promise<void>): Promise<void> {
  const database = openDatabase({ url, env: {} });
  try {
    await work(new SystemLogs(database));
  } finally {
    await database.close();
  }
}

describeEngines('keelson logs', (context) => {
  it('finds lines by level, request, logger, text and time, for people and as JSON', async () => {
    const url = await context.url();
    await withLogs(url, (logs) =>
      logs.write([
        { level: 'WARNING', logger: 'api', message: 'old', at: new Date('2020-01-01') },
        { level: 'INFO', logger: 'api', message: 'small' },
        { level: 'ERROR', logger: 'worker', message: 'It \u001b[31mbroke', requestId: 'r-1', details: { n: 1 } },
      ]),
    );
    const found = async (...args: string[]): Promise<string[]> =>
      (await document<Page>(['logs', ...args], { url })).items.map(({ message }) => message);
    expect(await found('--level', 'warning')).toEqual(['It \u001b[31mbroke', 'old']);
    expect(await found('--level', 'ERROR', '--since', '1h', '--text', 'BROKE')).toHaveLength(1);
    expect(await found('--logger', 'api', '--since', '2025-01-01')).toEqual(['small']);
    const { items, nextCursor } = await document<Page>(['logs', '--request-id', 'r-1'], { url });
    expect(items).toMatchObject([{ level: 'ERROR', requestId: 'r-1', details: { n: 1 } }]);
    expect(nextCursor).toBeNull();
    const { stdout } = await succeed(['logs', '--limit', '1'], { url });
    expect(stdout).toContain('broke');
    expect(stdout).not.toContain('\u001b[31mbroke');
    expect((await failure(['logs', '--level', 'loud'], { url, exit: 2 })).code).toBe('USAGE');
    expect((await failure(['logs', '--since', 'soon'], { url, exit: 2 })).code).toBe('USAGE');
  });

  it('follows until Ctrl-C', async () => {
    const url = await context.url();
    const running = start(['logs', '--follow', '--level', 'warning', '--json'], { url });
    onTestFinished(() => void running.child.kill('SIGKILL'));
    await running.said(/from now on/);
    await withLogs(url, async (logs) => {
      await logs.write([{ level: 'INFO', message: 'small' }]);
      await logs.write([{ level: 'CRITICAL', message: 'large' }]);
    });
    await running.said(/large/);
    const { code, stdout } = await running.signalled('SIGINT');
    expect(code).toBe(130);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as LogEntry).message),
    ).toEqual(['large']);
  });

  it('has what a server said, by the id of the request', async () => {
    const url = await context.url();
    const token = await createToken(url, 'ada');
    const env = { KEELSON_LOG_DATABASE_LEVEL: 'info', KEELSON_HTTP_PORT: '0' };
    const server = start(['serve'], { url, env });
    onTestFinished(() => void server.child.kill('SIGKILL'));
    const [, address] = await server.said(/listens on (http:\/\/[^,]+),/);
    const headers = { authorization: `Bearer ${token}`, 'x-request-id': 'find-me' };
    await fetch(`${address}/v1/conversations`, { headers });
    expect((await server.signalled('SIGTERM')).code).toBe(0);
    const { items } = await document<Page>(['logs', '--request-id', 'find-me'], { url });
    expect(items).toMatchObject([{ logger: 'api', message: 'request', details: { status: 200, method: 'GET' } }]);
  });
});
