import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { document, failure, type Running, start } from './support/keelson.ts';

interface FirstRun {
  readonly domains: {
    readonly conversations: {
      readonly conversations: number;
      readonly messages: number;
      readonly created: { readonly conversations: number; readonly messages: number };
      readonly branches: readonly unknown[];
      readonly page: { readonly titles: readonly string[]; readonly hasMore: boolean };
      readonly context: { readonly roles: readonly string[] };
    };
  };
}
interface Started extends FirstRun {
  readonly token: string | null;
  readonly url: string;
  readonly docs: string;
}

async function begin<T>(
  args: readonly string[],
  options: Parameters<typeof start>[1],
): Promise<{ running: Running; told: T }> {
  const running = start([...args, '--port', '0', '--json'], options);
  onTestFinished(() => void running.child.kill('SIGKILL'));
  await running.said(/\n/);
  return { running, told: JSON.parse(running.stdout) as T };
}

describeEngines('keelson demo and start', (context) => {
  it('run on real input once, tell what they did, and serve it', async () => {
    const url = await context.emptyUrl();
    const demo = await document<FirstRun & { created: boolean }>(['demo'], { url });
    const { conversations, messages, created, branches, page, context: given } = demo.domains.conversations;
    expect(demo.created).toBe(true);
    expect(conversations).toBeGreaterThanOrEqual(3);
    expect(messages).toBeGreaterThanOrEqual(20);
    expect(created).toEqual({ conversations, messages });
    expect(branches).not.toHaveLength(0);
    expect(page.titles.length).toBeGreaterThan(0);
    expect(given.roles.length).toBeGreaterThan(1);

    const { running, told } = await begin<Started>(['start'], { url });
    expect(told.domains.conversations).toMatchObject({
      conversations,
      messages,
      created: { conversations: 0, messages: 0 },
    });
    expect(told.token).toMatch(/^keelson_/);
    expect((await fetch(`${told.url}/readyz`)).status).toBe(200);
    expect((await fetch(told.docs)).status).toBe(200);
    expect((await fetch(`${told.url}/v1/conversations`)).status).toBe(401);
    const answer = await fetch(`${told.url}/v1/conversations`, { headers: { authorization: `Bearer ${told.token}` } });
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as { items: unknown[] }).items.length).toBeGreaterThanOrEqual(3);
    const interrupted = await running.signalled('SIGINT');
    expect(interrupted).toMatchObject({ code: 130, stderr: expect.stringContaining('Stopping') });

    // The token of the first start is shown once, and holds.
    const second = await begin<Started>(['start'], { url });
    expect(second.told.token).toBeNull();
    const again = await fetch(`${second.told.url}/v1/conversations`, {
      headers: { authorization: `Bearer ${told.token}` },
    });
    expect(again.status).toBe(200);
    await again.text();
    expect((await second.running.signalled('SIGTERM')).code).toBe(0);
  });
});

describeEngine('sqlite', 'keelson serve', (context) => {
  it('names the setting when the port is taken', async () => {
    const url = await context.url();
    const taken = createServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const error = await failure(['serve'], { url, env: { KEELSON_HTTP_PORT: String(port) }, exit: 1 });
    expect(`${error.message} ${error.hint}`).toContain('KEELSON_HTTP_PORT');
  });

  it('refuses a database whose migrations are pending', async () => {
    const url = await context.url();
    await document(['rollback', '0001', '--yes'], { url });
    expect((await failure(['serve', '--port', '0'], { url, exit: 5 })).code).toBe('MIGRATION_PENDING');
  });
});

describeEngine('postgres', 'keelson serve and a database that comes later', (context) => {
  it('waits for it, and says so', async () => {
    const url = new URL(await context.url());
    const real = { host: url.hostname, port: Number(url.port) };
    const port = await freePort();
    url.port = String(port);
    const running = start(['serve', '--port', '0', '--json'], { url: url.href, env: { DATABASE_TIMEOUT: '20' } });
    onTestFinished(() => void running.child.kill('SIGKILL'));
    await running.said(/Waiting for the database/);
    const forwarder = await forward(port, real);
    onTestFinished(() => void forwarder.close());
    await running.said(/"docs"/);
    const { url: api } = JSON.parse(running.stdout) as { url: string };
    expect((await fetch(`${api}/readyz`)).status).toBe(200);
    expect((await running.signalled('SIGTERM')).code).toBe(0);
  });

  it('gives up after DATABASE_TIMEOUT, and says what is wrong', async () => {
    const error = await failure(['serve', '--port', '0'], {
      url: 'postgresql://ada:secret@127.0.0.1:1/shop',
      env: { DATABASE_TIMEOUT: '1' },
      exit: 1,
    });
    expect(error.code).toBe('CONNECTION_FAILED');
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => void probe.close(resolve));
  return port;
}

async function forward(port: number, to: { host: string; port: number }): Promise<Server> {
  const server = createServer((socket) => {
    const other = connect(to);
    socket.on('error', () => other.destroy());
    other.on('error', () => socket.destroy());
    socket.pipe(other).pipe(socket);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return server;
}
