import { afterEach, expect, it } from 'vitest';
import {
  type Database,
  type DatabaseEvent,
  type LogEntry,
  type LogLine,
  LogStream,
  newId,
  openDatabase,
  SystemLogs,
  ValidationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const HOUR = 3_600_000;

async function messages(logs: SystemLogs, filters: Parameters<SystemLogs['list']>[0] = {}): Promise<string[]> {
  return (await logs.list(filters)).items.map(({ message }) => message);
}

describeEngines('system logs', (context) => {
  it('keep a line as it is, without secrets and within bounds', async () => {
    const logs = new SystemLogs(await context.open());
    const [jobId, sessionId, at] = [newId(), newId(), new Date('2026-01-02T03:04:05.678Z')];
    await logs.write([
      {
        level: 'ERROR',
        logger: 'import',
        message: 'It \0 failed',
        requestId: 'r-1',
        jobId,
        sessionId,
        details: { a: [{ Password: 'hunter2', deep: { list: [{ token: 'hunter2' }] } }], bad: '\ud800', n: Number.NaN },
        stack: 'Error: x\n  at y',
        at,
      },
      { level: 'DEBUG', message: 'x'.repeat(9000), details: Array.from({ length: 90 }, () => 'y'.repeat(7000)) },
    ]);
    const { items } = await logs.list();
    const [long, line] = items as [LogEntry, LogEntry];
    expect(line).toEqual({
      id: expect.any(String) as string,
      level: 'ERROR',
      logger: 'import',
      message: 'It \u{FFFD} failed',
      requestId: 'r-1',
      jobId,
      sessionId,
      details: {
        a: [{ Password: '[hidden]', deep: { list: [{ token: '[hidden]' }] } }],
        bad: '\u{FFFD}',
        n: 'NaN',
      },
      stack: 'Error: x\n  at y',
      at,
    });
    expect(long.message).toHaveLength(8000);
    expect(JSON.stringify(long.details).length).toBeLessThan(40_000);
  });

  it('are found by level, logger, request, text and time, in pages, newest first', async () => {
    const logs = new SystemLogs(await context.open());
    const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
    const start = Date.now() - HOUR;
    const lines: LogLine[] = Array.from({ length: 30 }, (_, n) => ({
      level: levels[n % 5]!,
      logger: n % 2 === 0 ? 'api' : 'worker',
      message: n === 7 ? 'Says 100% of C:\\x_y' : `line ${n}`,
      requestId: n < 10 ? `r-${n % 3}` : null,
      at: new Date(start + n * 1000),
    }));
    await logs.write(lines);
    const expected = (keep: (line: LogLine, n: number) => boolean): string[] =>
      lines
        .filter((line, n) => keep(line, n))
        .map(({ message }) => message)
        .reverse();
    expect(await messages(logs)).toEqual(expected(() => true));
    expect(await messages(logs, { level: 'ERROR' })).toEqual(expected((_, n) => n % 5 >= 3));
    expect(await messages(logs, { logger: 'api' })).toEqual(expected((_, n) => n % 2 === 0));
    expect(await messages(logs, { logger: 'api', level: 'WARNING' })).toEqual(
      expected((_, n) => n % 2 === 0 && n % 5 >= 2),
    );
    expect(await messages(logs, { requestId: 'r-1' })).toEqual(expected((_, n) => n < 10 && n % 3 === 1));
    expect(await messages(logs, { requestId: 'r-1', logger: 'worker' })).toEqual(['Says 100% of C:\\x_y', 'line 1']);
    for (const text of ['100%', 'c:\\X_Y', 'SAYS']) expect(await messages(logs, { text })).toEqual([lines[7]!.message]);
    expect(await messages(logs, { text: 'line_' })).toEqual([]);
    const [since, until] = [new Date(start + 10_000), new Date(start + 13_000)];
    expect(await messages(logs, { since, until })).toEqual(['line 12', 'line 11', 'line 10']);

    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await logs.list({ level: 'INFO', limit: 7, cursor });
      found.push(...page.items.map(({ message }) => message));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(expected((_, n) => n % 5 >= 1));
  });

  it('keep the order of lines of the same millisecond', async () => {
    const logs = new SystemLogs(await context.open());
    const at = new Date();
    const lines = Array.from({ length: 50 }, (_, n): LogLine => ({ level: 'INFO', message: `${n}`, at }));
    await logs.write(lines);
    expect(await messages(logs)).toEqual(lines.map(({ message }) => message).reverse());
  });

  it('are followed, also where a line comes late', async () => {
    const database = await context.open();
    const logs = new SystemLogs(database);
    const stop = new AbortController();
    const start = Date.now();
    await logs.write([{ level: 'ERROR', message: 'before', at: new Date(start - 60_000) }]);
    const seen: string[] = [];
    const following = (async () => {
      const lines = logs.follow({ signal: stop.signal, level: 'WARNING', pollMs: 10, since: new Date(start - 5000) });
      for await (const { message } of lines) seen.push(message);
    })();
    const has = async (count: number): Promise<void> => {
      for (let n = 0; n < 500 && seen.length < count; n += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await logs.write([{ level: 'ERROR', message: 'first' }]);
    await has(1);
    await logs.write([
      { level: 'ERROR', message: 'late', at: new Date(start - 2000) },
      { level: 'INFO', message: 'not grave' },
      { level: 'CRITICAL', message: 'last' },
    ]);
    await has(3);
    stop.abort();
    await following;
    expect(seen).toEqual(['first', 'late', 'last']);
  });

  it.each([{ level: 'WARN' }, { limit: 0 }, { cursor: 'x' }, { logger: '' }, { other: 1 }])(
    'refuse to list by %j',
    async (input) => {
      const logs = new SystemLogs(await context.open());
      await expect(logs.list(input as never)).rejects.toThrow(ValidationError);
    },
  );
});

describeEngines('a log stream', (context) => {
  const opened: Database[] = [];
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
  });

  const line = (n: number, more: object = {}): string =>
    `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg: `line ${n}`, ...more })}\n`;

  it("keeps pino's lines, those before the database was there too, in order and with what belongs to them", async () => {
    const database = await context.open();
    const stream = new LogStream({ logger: 'api' });
    stream.write(line(0));
    stream.attach(database);
    const jobId = newId();
    stream.write(line(1, { level: 'error', requestId: 'r', jobId, err: { type: 'E', message: 'm', stack: 'E: m' } }));
    stream.write(line(2, { level: 60, time: Date.now(), name: 'mail', a: 1, sessionId: 'none' }));
    stream.write('not JSON');
    await stream.close();
    stream.write(line(3));
    const { items } = await new SystemLogs(database).list();
    expect(items.toReversed()).toMatchObject([
      { level: 'WARNING', logger: 'api', message: 'line 0', requestId: null, details: null, stack: null },
      { level: 'ERROR', requestId: 'r', jobId, details: { err: { type: 'E', message: 'm' } }, stack: 'E: m' },
      { level: 'CRITICAL', logger: 'mail', sessionId: null, details: { a: 1, sessionId: 'none' } },
      { level: 'INFO', message: 'not JSON' },
    ]);
  });

  it('gathers lines and writes them together, without being asked', async () => {
    const database = await context.open();
    const stream = new LogStream({ flushMs: 20, batchSize: 50 });
    stream.attach(database);
    for (let n = 0; n < 120; n += 1) stream.write(line(n));
    const logs = new SystemLogs(database);
    for (let n = 0; n < 300 && (await logs.list({ limit: 500 })).items.length < 120; n += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await logs.list({ limit: 500 })).items).toHaveLength(120);
    await stream.close();
  });

  it('never writes what is said because it writes', async () => {
    const holder: { stream?: LogStream } = {};
    const events: DatabaseEvent[] = [];
    const onEvent = (event: DatabaseEvent): void => {
      events.push(event);
      holder.stream?.write(line(events.length, { msg: `event ${event.type}` }));
    };
    const database = await context.open({ onEvent });
    const stream = new LogStream({ flushMs: 1 });
    holder.stream = stream;
    stream.attach(database);
    // Inside a transaction: it must neither write in it nor wait for it.
    await database.forUser('ada').transaction(async (ada) => {
      await ada.all((db) => db.selectFrom('settings').select('key'));
      stream.write(line(0));
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    await stream.close();
    const kept = await messages(new SystemLogs(database));
    expect(kept).toContain('line 0');
    expect(kept.filter((message) => message === 'event query')).toHaveLength(1);
    expect(events.some((event) => event.type === 'query' && event.name === 'systemLogs.insert')).toBe(true);
  });

  it('holds a bounded number of lines while the database is away, says so once, and notes what was lost', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('ALTER TABLE system_logs RENAME TO hidden_logs');
    const database = openDatabase({ url, env: {} });
    opened.push(database);
    const troubles: Error[] = [];
    const stream = new LogStream({
      flushMs: 5,
      batchSize: 10,
      maxLines: 30,
      onTrouble: (error) => troubles.push(error),
    });
    stream.attach(database);
    for (let n = 0; n < 100; n += 1) stream.write(line(n));
    await stream.flush();
    await stream.flush();
    expect(troubles).toHaveLength(1);
    for (let n = 100; n < 120; n += 1) stream.write(line(n));
    const lost = stream.dropped;
    expect(lost).toBeGreaterThanOrEqual(80);
    await raw.query('ALTER TABLE hidden_logs RENAME TO system_logs');
    for (let n = 0; n < 50 && stream.dropped > 0; n += 1) {
      await stream.flush();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await stream.close();
    const kept = await messages(new SystemLogs(database), { limit: 500 });
    const losses = kept.flatMap((message) => /^(\d+) log lines were lost/.exec(message)?.[1] ?? []).map(Number);
    const lines = kept.filter((message) => message.startsWith('line '));
    expect(losses.reduce((sum, count) => sum + count, 0) + lines.length).toBe(120);
    expect(lines.length).toBeGreaterThanOrEqual(30);
  });

  it('neither throws nor keeps a program waiting when the database is closed', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    await database.initialize();
    const troubles: Error[] = [];
    const stream = new LogStream({ onTrouble: (error) => troubles.push(error) });
    stream.attach(database);
    await database.close();
    stream.write(line(1));
    await stream.close();
    expect(troubles).toHaveLength(1);
  });
});
