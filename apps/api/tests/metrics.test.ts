import { Conversations, conversationSources } from '@keelson/conversations';
import { Jobs, openDatabase, Search } from '@keelson/db-core';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { createLogger, startServer } from '../src/index.ts';
import { openApi, problem } from './testing/api.ts';

const TOKEN = 'a-long-and-random-text';

describeEngines('GET /metrics', (context) => {
  it('gives figures to an administrator, in the format of Prometheus', async () => {
    const { call, tokenFor } = await openApi(context);
    await call('GET', '/v1/conversations');
    const answer = await call('GET', '/metrics', { token: await tokenFor('root', 'admin') });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.text).toMatch(
      /^db_client_operation_duration_seconds_count\{.*db_query_summary="conversations\..*\} \d/m,
    );
    expect(answer.text).toContain('# TYPE keelson_jobs_total counter');
  });

  it('gives them to nobody else', async () => {
    const { call } = await openApi(context);
    expect(await call('GET', '/metrics', { token: null })).toMatchObject({
      status: 401,
      body: problem('AUTHENTICATION', 401),
    });
    expect(await call('GET', '/metrics')).toMatchObject({ status: 403, body: problem('FORBIDDEN', 403) });
    expect(await call('GET', '/metrics', { token: TOKEN })).toMatchObject({ status: 401 });
  });

  it('gives them to whoever has the token of the settings, which opens nothing else', async () => {
    const { call } = await openApi(context, { http: { metricsToken: TOKEN } });
    expect(await call('GET', '/metrics', { token: TOKEN })).toMatchObject({ status: 200 });
    expect(await call('GET', '/metrics', { token: `${TOKEN}r` })).toMatchObject({ status: 401 });
    expect(await call('GET', '/health', { token: TOKEN })).toMatchObject({ status: 403 });
    expect(await call('GET', '/v1/conversations', { token: TOKEN })).toMatchObject({ status: 403 });
  });
});

describeEngine('postgres', 'GET /metrics without its server (a file is always there)', (context) => {
  it('still answers who has the token of the settings', async () => {
    const database = openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/nothing', env: {} });
    onTestFinished(() => database.close());
    const { call } = await openApi(context, { database, http: { metricsToken: TOKEN } });
    const { status, text } = await call('GET', '/metrics', { token: TOKEN });
    expect(status).toBe(200);
    expect(text).toContain('keelson_metrics_source_up{source="storage"} 0');
    expect(text).toContain('keelson_breaker_state{state=');
  });
});

describeEngines('a worker inside the API', (context) => {
  const http = { host: '127.0.0.1', port: 0, workerSlots: 2, metricsToken: TOKEN };
  const logger = createLogger({ stream: { write: () => undefined } });

  it('does jobs, is in the figures, and lets a job finish when the API stops', async () => {
    const database = await context.open();
    const jobs = new Jobs(database);
    const begun = Promise.withResolvers<void>();
    jobs.define({
      kind: 'test.slow',
      parameters: z.strictObject({}),
      run: async () => {
        begun.resolve();
        await new Promise((resolve) => setTimeout(resolve, 200));
        return 'done';
      },
    });
    const server = await startServer({ database, logger, http, jobs });
    const first = await jobs.enqueue('ada', 'kernel.optimize', {});
    await vi.waitFor(async () => expect((await jobs.get('ada', first.id)).status).toBe('completed'), 10_000);
    const page = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await page.text()).toContain('keelson_jobs_total{kind="kernel.optimize",outcome="completed"} 1');

    const last = await jobs.enqueue('ada', 'test.slow', {});
    await begun.promise;
    await server.close();
    expect(await jobs.get('ada', last.id)).toMatchObject({ status: 'completed', result: 'done', attempts: 1 });
  });

  it('keeps the search index', async () => {
    const database = await context.open();
    const server = await startServer({ database, logger, http });
    const chats = new Conversations(database, 'ada');
    await chats.createConversation({ title: 'Lighthouses of the north' });
    const search = new Search(database, conversationSources);
    await vi.waitFor(async () => expect(await search.status('ada')).toMatchObject({ pending: 0 }), 10_000);
    expect((await search.status('ada')).entries).toEqual({ conversation: 1, message: 0 });
    await server.close();
  });

  it('is not there when no slots are asked for', async () => {
    const database = await context.open();
    const server = await startServer({ database, logger, http: { ...http, workerSlots: 0 } });
    const { id } = await new Jobs(database).enqueue('ada', 'kernel.optimize', {});
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect((await new Jobs(database).get('ada', id)).status).toBe('pending');
    await server.close();
  });
});
