import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describeEngine, type EngineContext } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createLogger, type RunningServer, startServer } from '../src/index.ts';

const logger = createLogger({ level: 'silent' });
const http = { host: '127.0.0.1', port: 0, bodyLimitBytes: 1_000_000, requestsPerMinute: 0 };

async function start(context: EngineContext): Promise<RunningServer> {
  const server = await startServer({ database: await context.open(), logger, http });
  onTestFinished(() => server.close());
  return server;
}

describeEngine('sqlite', 'a started server', (context) => {
  it('says where it is', async () => {
    const { url } = await start(context);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(`${url}/livez`)).json()).toEqual({ status: 'alive' });
  });

  it('closes once, however often it is asked to, and takes no more requests', async () => {
    const server = await start(context);
    await fetch(`${server.url}/livez`);
    await Promise.all([server.close(), server.close()]);
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow('fetch failed');
  });

  it('cuts off what is not done in time', async () => {
    const server = await start(context);
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.write('POST /v1/conversations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n');
    // It is reset, which is an error on this side.
    const gone = new Promise((resolve) => void socket.once('error', () => undefined).once('close', resolve));
    await server.close({ timeoutMs: 100 });
    await expect(gone).resolves.toBeDefined();
  });

  it('says clearly that a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const database = await context.open();
    await expect(startServer({ database, logger, http: { ...http, port } })).rejects.toMatchObject({
      code: 'LISTEN',
      message: `The HTTP API cannot listen on 127.0.0.1:${port}: another program listens there already.`,
      hint: expect.stringContaining('KEELSON_HTTP_PORT') as string,
      exitCode: 1,
    });
  });

  it("says clearly that a host is none of this machine's", async () => {
    const database = await context.open();
    await expect(startServer({ database, logger, http: { ...http, host: '203.0.113.1' } })).rejects.toMatchObject({
      code: 'LISTEN',
      message: 'The HTTP API cannot listen on 203.0.113.1:0: that is not an address of this machine.',
    });
  });
});
