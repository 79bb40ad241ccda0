import { ApiTokens, type Database } from '@keelson/db-core';
import type { EngineContext } from '@keelson/db-core/testing';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { expect, onTestFinished, vi } from 'vitest';
import { createServer, type ServerOptions } from '../../src/server.ts';
import { createLogger } from '../../src/logging.ts';
import { assertDescribed } from './description.ts';

export interface Call {
  /** Of somebody who may read and write conversations, unless it says otherwise. Null: none is sent. */
  readonly token?: string | null;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they know it to be
  readonly body: any;
  readonly text: string;
}

/** An API on a fresh database, called without a network. Every answer is held to the API's description. */
export interface TestApi {
  readonly server: FastifyInstance;
  readonly database: Database;
  /** What was logged, a line an object. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  tokenFor(userId: string, ...scopes: readonly string[]): Promise<string>;
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT' | 'HEAD' | 'OPTIONS',
    url: string,
    call?: Call,
  ): Promise<Answer>;
}

export type TestApiOptions = Omit<ServerOptions, 'database' | 'logger'> & {
  readonly database?: Database;
  readonly prepare?: (server: FastifyInstance) => void;
};

export async function openApi(context: EngineContext, { prepare, ...options }: TestApiOptions = {}): Promise<TestApi> {
  const database = options.database ?? (await context.open());
  const log: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) };
  const server = createServer({ ...options, database, logger: createLogger({ level: 'debug', stream }) });
  prepare?.(server);
  await server.ready();
  onTestFinished(() => server.close());
  const tokens = new Map<string, string>();
  const tokenFor = async (userId: string, ...scopes: readonly string[]): Promise<string> => {
    const key = [userId, ...scopes].join(' ');
    const token = tokens.get(key) ?? (await newToken(database, userId, scopes));
    tokens.set(key, token);
    return token;
  };
  return {
    server,
    database,
    log,
    tokenFor,
    call: async (method, url, { token, body, text, headers = {} } = {}) => {
      const bearer = token === undefined ? await tokenFor('ada', 'conversations:read', 'conversations:write') : token;
      const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await server.inject({
        method,
        url,
        headers: {
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(payload === undefined ? {} : { payload }),
      });
      const answer = answerOf(response);
      assertDescribed(server, { method, url }, answer);
      return answer;
    },
  };
}

/** The first use of a token is noted in the background; that is over when this returns. */
async function newToken(database: Database, userId: string, scopes: readonly string[]): Promise<string> {
  const tokens = new ApiTokens(database);
  const { token, record } = await tokens.create({ userId, name: 'test', scopes });
  await tokens.authenticate(token);
  await vi.waitFor(async () => {
    const { items } = await tokens.list({ userId, limit: 500 });
    expect(items.find(({ id }) => id === record.id)?.lastUsedAt).not.toBeNull();
  });
  return token;
}

function answerOf(response: LightMyRequestResponse): Answer {
  const text = response.body;
  const isJson = /[/+]json\b/.test(String(response.headers['content-type']));
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}

/** What every problem has; the rest is as given. */
export function problem(code: string, status: number, rest: object = {}): object {
  return expect.objectContaining({
    type: `urn:keelson:error:${code}`,
    code,
    status,
    title: expect.any(String),
    hint: expect.any(String),
    requestId: expect.any(String),
    ...rest,
  }) as object;
}
