import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import type { Engine, Plan } from '../../src/engine/contract.ts';
import { createPostgresEngine } from '../../src/engine/postgres/engine.ts';
import type { PostgresEngineOptions } from '../../src/engine/postgres/options.ts';
import type { EngineContext } from '../../src/testing/index.ts';

type Options = Omit<PostgresEngineOptions, 'url'> & { readonly url?: string };

/** Opens engines on empty databases and closes them after each test. */
export function useEngines(context: EngineContext): (options?: Options) => Promise<Engine> {
  const opened: Engine[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((engine) => engine.close()));
  });
  return async (options = {}) => {
    const engine = createPostgresEngine({
      closeTimeoutMs: 500,
      ...options,
      url: options.url ?? (await context.emptyUrl()),
    });
    opened.push(engine);
    return engine;
  };
}

let planNumber = 0;

/** A named statement. */
export function plan(sql: string, given: Partial<Plan> = {}): Plan {
  planNumber += 1;
  const writes = !/^\s*(select|with|values|show)\b/i.test(sql);
  return { name: `test.${planNumber}`, sql, writes, returnsRows: !writes, decode: new Map(), ...given };
}

export async function rowsOf(
  engine: Engine,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const { rows } = await engine.execute(plan(sql), values);
  return rows;
}

/** The error that this throws; undefined when it throws none. */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 2500; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => void setTimeout(resolve, 10));
  }
  throw new Error('The condition did not come true.');
}

/** Stands between an engine and the server, to break what goes through. */
export interface Proxy {
  readonly url: string;
  /** Passes nothing on any more, and keeps the connections. */
  freeze(): void;
  /** Passes the next bytes that contain the text on to the server, and cuts the connection before the answer. */
  cutAfter(text: string): void;
  close(): void;
}

export async function startProxy(url: string): Promise<Proxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let cutText: string | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    let isCut = false;
    client.on('data', (data: Buffer) => {
      if (isFrozen) return;
      if (cutText !== undefined && data.includes(cutText)) {
        cutText = undefined;
        isCut = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data: Buffer) => {
      if (isFrozen) return;
      if (isCut) client.destroy();
      else client.write(data);
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  const port = await listen(server);
  return {
    url: Object.assign(new URL(url), { port: String(port) }).href,
    freeze: () => {
      isFrozen = true;
    },
    cutAfter: (text) => {
      cutText = text;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A free port where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
