import { LogStream, openDatabase, SystemLogs } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { describe, expect, it } from 'vitest';
import { createLogger, createServer, keptLines, logDatabaseEvents } from '../src/index.ts';

describeEngines("the API's log in the database", (context) => {
  it('has why a request failed, by the id of the request', async () => {
    const stream = new LogStream({ logger: 'api' });
    const written: string[] = [];
    const logger = createLogger({
      level: 'info',
      stream: { write: (line) => void written.push(line) },
      kept: { level: 'warn', stream },
    });
    const url = await context.url();
    const database = openDatabase({ url, env: { DATABASE_SLOW_QUERY_MS: '1' }, onEvent: logDatabaseEvents(logger) });
    stream.attach(database);
    const server = createServer({ database, logger });
    server.get('/broken', { config: { access: 'public' } }, () => {
      throw new Error('the shelf fell down', { cause: new Error('a screw was loose') });
    });
    const answer = await server.inject({ url: '/broken' });
    expect(answer.statusCode).toBe(500);
    await server.close();
    await stream.close();
    const { requestId } = answer.json<{ requestId: string }>();
    const { items } = await new SystemLogs(database).list({ requestId });
    expect(items).toMatchObject([{ level: 'ERROR', logger: 'api', details: { code: 'INTERNAL' } }]);
    expect(items[0]?.stack).toContain('the shelf fell down');
    // The line of each request is of a level that is only on stderr.
    expect(written.join('')).toContain('"path":"/broken"');
    const all = await new SystemLogs(database).list({ limit: 500 });
    expect(all.items.filter(({ level }) => level === 'INFO' || level === 'DEBUG')).toEqual([]);
    expect(all.items.filter(({ message }) => message.includes('systemLogs.insert'))).toEqual([]);
    await database.close();
  });
});

describe('what is kept', () => {
  it('is said by the configuration', () => {
    expect(keptLines({ logs: { databaseLevel: 'off' } })).toBeUndefined();
    expect(keptLines({ logs: { databaseLevel: 'error' } })).toMatchObject({ level: 'error' });
  });

  it('may be less grave than what is on stderr', () => {
    const kept: string[] = [];
    const written: string[] = [];
    const stream = Object.assign(new LogStream(), { write: (line: string) => void kept.push(line) });
    const logger = createLogger({
      level: 'error',
      stream: { write: (line) => void written.push(line) },
      kept: { level: 'debug', stream },
    });
    logger.debug({ password: 'hunter2' }, 'small');
    logger.error('large');
    expect([kept.length, written.length]).toEqual([2, 1]);
    expect(kept.join('')).not.toContain('hunter2');
  });
});
