import { ConnectionLostError, type DatabaseEvent, openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger, logDatabaseEvents } from '../src/index.ts';
import { openApi } from './testing/api.ts';

type Line = Readonly<Record<string, unknown>>;

function memory(): { readonly lines: Line[]; readonly stream: { write(line: string): void } } {
  const lines: Line[] = [];
  return { lines, stream: { write: (line) => void lines.push(JSON.parse(line) as Line) } };
}

describe('the log', () => {
  it('is a JSON object a line, with a level in words and a time', () => {
    const { lines, stream } = memory();
    createLogger({ stream }).info({ a: 1 }, 'hello');
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/) as string, a: 1, msg: 'hello' },
    ]);
  });

  it('hides what usually holds secrets', () => {
    const { lines, stream } = memory();
    const secret = { authorization: 'hunter2', cookie: 'hunter2', password: 'hunter2', token: 'hunter2' };
    createLogger({ stream }).info({ ...secret, headers: secret, req: { headers: secret } }, 'hello');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines[0]).toMatchObject({ authorization: '[hidden]', req: { headers: { token: '[hidden]' } } });
  });

  it.each<[DatabaseEvent, string, string]>([
    [{ type: 'slow-query', name: 'q', sql: 'select 1', durationMs: 900, rows: 1 }, 'warn', 'slow query q'],
    [
      { type: 'retry', scope: 'transaction', attempt: 1, delayMs: 5, error: new Error('x') },
      'warn',
      'transaction is tried again',
    ],
    [{ type: 'breaker', state: 'open' }, 'error', 'the circuit to the database is open'],
    [{ type: 'breaker', state: 'closed' }, 'info', 'the circuit to the database is closed'],
    [
      { type: 'replica', location: 'b:5432/shop', state: 'behind', reason: 'late' },
      'warn',
      'the replica b:5432/shop is behind',
    ],
    [{ type: 'replica', location: 'b:5432/shop', state: 'following' }, 'info', 'the replica b:5432/shop is following'],
    [{ type: 'migration', name: '0001_a', direction: 'up', durationMs: 5 }, 'info', 'migration 0001_a up'],
    [{ type: 'connection-error', error: new ConnectionLostError('gone') }, 'error', 'a database connection broke'],
    [
      { type: 'checkpoint-error', error: new ConnectionLostError('gone') },
      'warn',
      'the write-ahead log could not be written back beside the writers',
    ],
  ])('has a line for %j', (event, level, msg) => {
    const { lines, stream } = memory();
    logDatabaseEvents(createLogger({ stream }))(event);
    expect(lines).toEqual([expect.objectContaining({ level, msg, event: event.type })]);
    if ('error' in event) expect(lines[0]).toMatchObject({ err: { message: event.error?.message } });
  });

  it('has every statement only when it is asked to', () => {
    const { lines, stream } = memory();
    const event: DatabaseEvent = { type: 'query', name: 'q', sql: 'select 1', durationMs: 1, rows: 1 };
    const logger = createLogger({ stream });
    logDatabaseEvents(logger)(event);
    expect(lines).toEqual([]);
    logDatabaseEvents(logger, { echo: true })(event);
    expect(lines).toMatchObject([{ sql: 'select 1', msg: 'query q' }]);
  });
});

describeEngines('what the database says while it serves a request', (context) => {
  it("is logged with the request's id", async () => {
    const { lines, stream } = memory();
    const onEvent = logDatabaseEvents(createLogger({ stream }), { echo: true });
    const database = openDatabase({ url: await context.url(), env: {}, onEvent });
    onTestFinished(() => database.close());
    const { call, log } = await openApi(context, { database });
    await call('POST', '/v1/conversations', { body: {}, headers: { 'x-request-id': 'one' } });
    await call('GET', '/v1/conversations', { headers: { 'x-request-id': 'two' } });
    const namesOf = (id: string): unknown[] =>
      log.filter(({ requestId, event }) => requestId === id && event === 'query').map(({ name }) => name);
    expect(namesOf('one')).toContain('conversations.insert');
    expect(namesOf('two')).toContain('conversations.list');
    expect(namesOf('two')).not.toContain('conversations.insert');
    expect(lines.map(({ name }) => name)).not.toContain('conversations.insert');
    await database.close();
  });
});
