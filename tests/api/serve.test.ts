import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { openDatabase } from '@keelson/db-core';
import { Conversations } from '@keelson/conversations';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createToken, startApi } from './api-process.ts';

describeEngines('the API as a process', (context) => {
  it('serves a conversation from its start to its export', async () => {
    const database = await context.url();
    const token = await createToken(database, 'ada');
    const api = startApi({ DATABASE_URL: database });
    const url = await api.url();
    const call = async (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: response.status === 204 ? undefined : await response.json() };
    };
    expect(await call('GET', '/readyz')).toEqual({ status: 200, body: { status: 'ready' } });
    const { body: conversation } = await call('POST', '/v1/conversations', { title: 'Ships' });
    const path = `/v1/conversations/${(conversation as { id: string }).id}`;
    for (const content of ['What is a keelson?', 'A beam along the keel.']) {
      expect(await call('POST', `${path}/messages`, { role: 'user', content })).toMatchObject({ status: 201 });
    }
    expect(await call('GET', `${path}/export`)).toMatchObject({
      status: 200,
      body: { messages: [{ content: 'What is a keelson?' }, { content: 'A beam along the keel.' }] },
    });
    expect(await call('DELETE', path)).toMatchObject({ status: 204 });
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'CONVERSATION_NOT_FOUND' } });
    expect(api.log.filter((line) => 'unreadable' in line)).toEqual([]);
    api.kill('SIGINT');
    expect(await api.ended()).toBe(0);
  });

  it('finishes what is under way when it is stopped', async () => {
    const database = await context.url();
    const token = await createToken(database, 'ada');
    const conversationId = await createConversation(database);
    const api = startApi({ DATABASE_URL: database });
    const url = new URL(await api.url());

    const idle = await openSocket(url);
    idle.write('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n');
    await once(idle, 'data');
    const busy = await openSocket(url);
    const body = JSON.stringify({ role: 'user', content: 'under way' });
    const head = [
      `POST /v1/conversations/${conversationId}/messages HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ].join('\r\n');
    busy.write(`${head}\r\n\r\n${body.slice(0, 10)}`);

    api.kill('SIGTERM');
    await api.logged('the API stops');
    await closed(idle);
    await expect(openSocket(url)).rejects.toThrow('ECONNREFUSED');
    busy.write(body.slice(10));
    const answer = await textOf(busy);
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer.toLowerCase()).toContain('\r\nconnection: close\r\n');
    expect(await api.ended()).toBe(0);
    await api.logged('the API has stopped');
    expect(await contentsOf(database, conversationId)).toEqual(['under way']);
  });
});

describeEngine('sqlite', 'the API as a process that cannot start, where the engine makes no difference,', (context) => {
  it('says that the port is taken, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const api = startApi({ DATABASE_URL: await context.url(), KEELSON_HTTP_PORT: String(port) });
    expect(await api.ended()).toBe(1);
    expect(api.log.at(-1)).toMatchObject({
      level: 'fatal',
      code: 'LISTEN',
      hint: expect.stringContaining('KEELSON_HTTP_PORT') as string,
    });
  });

  it('names every fault of its configuration, and ends with 2', async () => {
    const api = startApi({ DATABASE_URL: 'mysql://x', KEELSON_HTTP_PORT: 'eighty' });
    expect(await api.ended()).toBe(2);
    const { code, msg } = api.log.at(-1)!;
    expect(code).toBe('CONFIGURATION');
    expect(msg).toContain('DATABASE_URL');
    expect(msg).toContain('KEELSON_HTTP_PORT');
  });

  it('says that the database cannot be reached, without its password, and ends with 1', async () => {
    const api = startApi({ DATABASE_URL: 'postgresql://ada:hunter2@127.0.0.1:1/x', DATABASE_INIT_RETRY_COUNT: '0' });
    expect(await api.ended()).toBe(1);
    expect(api.log.at(-1)).toMatchObject({ level: 'fatal', code: 'CONNECTION_FAILED' });
    expect(JSON.stringify(api.log)).not.toContain('hunter2');
  });
});

async function openSocket(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

async function createConversation(url: string): Promise<string> {
  const database = openDatabase({ url, env: {} });
  try {
    const { id } = await new Conversations(database, 'ada').createConversation();
    return id;
  } finally {
    await database.close();
  }
}

async function contentsOf(url: string, conversationId: string): Promise<string[]> {
  const database = openDatabase({ url, env: {} });
  try {
    const { items } = await new Conversations(database, 'ada').getMessages({ conversationId });
    return items.map(({ content }) => content);
  } finally {
    await database.close();
  }
}
