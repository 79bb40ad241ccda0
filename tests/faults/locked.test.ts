import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from '@keelson/api';
import { ApiTokens, openDatabase } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { isLong } from './form.ts';
import { faultsOf, type Outcome } from './load.ts';
import { quietLogger } from './quiet-logger.ts';

const WRITERS = 3;
const TIMEOUT_S = isLong ? '3' : '0.5';
const LOCKED_MS = Number(TIMEOUT_S) * 3000;
const AFTERWARDS_MS = isLong ? 10_000 : 1500;

const writing = join(import.meta.dirname, 'writing-process.ts');
const locking = join(import.meta.dirname, '../bad-input/locking-process.ts');

describeEngine('sqlite', 'a file that another process locks under load, because a server locks rows', (context) => {
  it('refuses writers after their time, loses nothing, and serves all of them again', async ({ annotate }) => {
    const url = await context.url();
    await using database = openDatabase({ url, env: { DATABASE_TIMEOUT: TIMEOUT_S } });
    const { token } = await new ApiTokens(database).create({
      userId: 'ada',
      name: 'test',
      scopes: ['conversations:read', 'conversations:write'],
    });
    await using api = createServer({ database, logger: quietLogger() });
    const call = (method: 'GET' | 'POST') =>
      api.inject({
        method,
        url: '/v1/conversations',
        headers: { authorization: `Bearer ${token}` },
        ...(method === 'POST' ? { payload: { title: 'ada 0:1' } } : {}),
      });

    const writers = Array.from({ length: WRITERS }, (_, number) => new Child(writing, [url, `p${number}`, TIMEOUT_S]));
    await Promise.all(writers.map((writer) => writer.line()));
    const holder = new Child(locking, [url]);
    await holder.line();
    const asked = performance.now();
    const [refused, answered] = await Promise.all([call('POST'), call('GET')]);
    expect(refused.statusCode).toBe(503);
    expect(refused.json()).toMatchObject({ code: 'LOCK_TIMEOUT' });
    expect(refused.headers['retry-after']).toBe('1');
    expect(performance.now() - asked).toBeGreaterThan(Number(TIMEOUT_S) * 1000 - 50);
    // Whoever reads waits for nobody.
    expect(answered.statusCode).toBe(200);
    await sleep(LOCKED_MS - (performance.now() - asked));
    holder.stop();
    await holder.ended();
    expect((await call('POST')).statusCode).toBe(201);
    await sleep(AFTERWARDS_MS);

    for (const writer of writers) writer.stop();
    const outcomes = await Promise.all(writers.map((writer) => writer.result<Outcome>()));
    const stored = await context.raw(url).query(`SELECT title FROM conversations WHERE title <> 'ada 0:1'`);
    expect(
      faultsOf(
        outcomes,
        stored.map(({ title }) => String(title)),
      ),
    ).toEqual([]);
    for (const { codes } of outcomes) {
      expect(Object.keys(codes)).toEqual(['LOCK_TIMEOUT']);
      expect(codes['LOCK_TIMEOUT']).toBeGreaterThanOrEqual(2);
    }
    // SQLite has no queue; that each comes round is the kernel's doing.
    const since = outcomes.map((outcome) => outcome.since);
    await annotate(`writes of each process after the lock was gone: ${since.join(', ')}`);
    expect(Math.min(...since)).toBeGreaterThan(Math.max(...since) / 10);
  });
});
