import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { Conversations } from '@keelson/conversations';
import {
  CircuitOpenError,
  ConfigurationError,
  ConnectionFailedError,
  ConnectionTimeoutError,
  DatabaseNotFoundError,
  type DatabaseEvent,
  openDatabase,
} from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { refusalOf } from '../support/refusal.ts';

/** Fails fast, so that a test sees the error and not its repetitions. */
const env = { DATABASE_INIT_RETRY_COUNT: '0', DATABASE_TIMEOUT: '5' };

/** The port of a server that does with each connection what it is told. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { readonly port: number }).port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}

describeEngine('postgres', 'a server that is not as it should be (a file has none)', (context) => {
  /** The URL of a good database, with something changed. */
  async function changed(change: (url: URL) => void): Promise<string> {
    const url = new URL(await context.url());
    change(url);
    return url.toString();
  }

  it('because nobody listens there is told, and left alone after some tries', async () => {
    const port = await closedPort();
    const events: DatabaseEvent[] = [];
    await using database = openDatabase({
      url: `postgresql://ada:s3cret@127.0.0.1:${port}/shop`,
      env: { ...env, DATABASE_BREAKER_THRESHOLD: '2' },
      onEvent: (event) => events.push(event),
    });
    for (let count = 0; count < 2; count += 1) {
      const error = await refusalOf(database.initialize());
      expect(error).toBeInstanceOf(ConnectionFailedError);
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', exitCode: 1, status: 503 });
      expect(error.message).toContain(`127.0.0.1:${port}/shop`);
      expect(error.hint).toContain('keelson health');
      expect(JSON.stringify([error.message, error.details])).not.toContain('s3cret');
    }
    const refused = await refusalOf(database.initialize());
    expect(refused).toBeInstanceOf(CircuitOpenError);
    expect(refused.details['retryAfterMs']).toBeGreaterThan(0);
    expect(database.breakerState).toBe('open');
    expect(events).toContainEqual({ type: 'breaker', state: 'open' });
  });

  it('because the password is wrong is told as a wrong setting, at once', async () => {
    const events: DatabaseEvent[] = [];
    const url = await changed((good) => {
      good.password = 'not-the-s3cret';
    });
    await using database = openDatabase({
      url,
      env: { ...env, DATABASE_INIT_RETRY_COUNT: '3' },
      onEvent: (event) => events.push(event),
    });
    const error = await refusalOf(database.initialize());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'CONFIGURATION', exitCode: 2, retriable: false });
    expect(error.hint).toContain('DATABASE_URL');
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain('s3cret');
    expect(events.filter(({ type }) => type === 'retry')).toEqual([]);
  });

  it('because there is no such database is told, with how to make one', async () => {
    const url = await changed((good) => {
      good.pathname = '/no_such_database';
    });
    await using database = openDatabase({ url, env });
    const error = await refusalOf(database.initialize());
    expect(error).toBeInstanceOf(DatabaseNotFoundError);
    expect(error).toMatchObject({ code: 'DATABASE_NOT_FOUND', exitCode: 1, retriable: false });
    expect(error.message).toContain('no_such_database');
    expect(error.hint).toContain('createdb');
  });

  it('because it does not answer is told after the time that is set', async () => {
    const port = await listen(() => undefined);
    await using database = openDatabase({
      url: `postgresql://ada@127.0.0.1:${port}/shop`,
      env: { ...env, DATABASE_TIMEOUT: '0.3' },
    });
    const error = await refusalOf(database.initialize());
    expect(error).toBeInstanceOf(ConnectionTimeoutError);
    expect(error).toMatchObject({ code: 'CONNECTION_TIMEOUT', retriable: true });
    expect(error.hint).toContain('DATABASE_TIMEOUT');
  });

  it.each([
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['speaks another language', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('because it %s is told as a connection that failed', async (_, onConnection) => {
    const port = await listen(onConnection);
    await using database = openDatabase({ url: `postgresql://ada@127.0.0.1:${port}/shop`, env });
    const error = await refusalOf(database.initialize());
    expect(error).toBeInstanceOf(ConnectionFailedError);
    expect(error.message).toContain(`127.0.0.1:${port}/shop`);
  });

  it('because it ends every session is lived through', async () => {
    const database = await context.open({ env: { DATABASE_BREAKER_THRESHOLD: '20' } });
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    const raw = context.raw(database.config.target.url);
    for (let round = 1; round <= 5; round += 1) {
      await raw.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      const message = await chats.saveUserMessage({
        conversationId: id,
        content: `round ${round}`,
        requestId: `round ${round}`,
      });
      expect(message.seq).toBe(round);
    }
    expect(await chats.getMessageCount(id)).toBe(5);
  });
});
