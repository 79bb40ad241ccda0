import { createServer } from '@keelson/api';
import { ApiTokens, type Database, type DatabaseEvent, openDatabase } from '@keelson/db-core';
import { describe, expect, it } from 'vitest';
import { breakerSettings, resetMs, times } from './form.ts';
import { faultsOf, Load } from './load.ts';
import { quietLogger } from './quiet-logger.ts';
import { useServer } from './server.ts';

const WRITERS = 6;
const THRESHOLD = 3;
/** Far less than a connection may take, and far more than a refusal does. */
const AT_ONCE_MS = 2000;

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error as { readonly code: string }).code,
  );
}

function statesIn(events: readonly DatabaseEvent[]): string[] {
  return events.filter((event) => event.type === 'breaker').map(({ state }) => state);
}

function read(database: Database): Promise<unknown> {
  return database.forUser('ada').all((db) => db.selectFrom('conversations').select('id').limit(1));
}

/** The circuit looks at the clock when somebody calls, and these tests have nobody else. */
async function until(holds: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  await expect.poll(holds, { timeout: ms, interval: 20 }).toBe(true);
}

describe('a PostgreSQL server that is stopped and started', () => {
  const server = useServer();

  it('is left alone after three faults in a row, and asked again after the time that is set', async () => {
    const events: (DatabaseEvent & { readonly at: number })[] = [];
    const url = await server.create();
    await using database = openDatabase({
      url,
      env: breakerSettings,
      onEvent: (event) => events.push({ ...event, at: Date.now() }),
    });
    await read(database);
    await server.halt('fast');
    const codes: string[] = [];
    for (let call = 0; call < THRESHOLD + 2; call += 1) codes.push(await codeOf(read(database)));
    expect(codes.slice(0, THRESHOLD).every((code) => code.startsWith('CONNECTION_'))).toBe(true);
    expect(codes.slice(THRESHOLD)).toEqual(['CIRCUIT_OPEN', 'CIRCUIT_OPEN']);

    await server.resume();
    expect(await codeOf(read(database))).toBe('CIRCUIT_OPEN');
    await until(async () => (await codeOf(read(database))) === 'done', resetMs + 20_000);
    expect(statesIn(events)).toEqual(['open', 'half-open', 'closed']);
    const [opened, tried] = events.filter(({ type }) => type === 'breaker');
    // Timers and clocks may differ by a little.
    expect(tried!.at - opened!.at).toBeGreaterThanOrEqual(resetMs - 20);
  });

  it.each(['fast', 'immediate'] as const)(
    'under load (%s) loses nothing that was acknowledged, and nothing is there twice',
    async (mode) => {
      const events: DatabaseEvent[] = [];
      const url = await server.create();
      await using database = openDatabase({ url, env: breakerSettings, onEvent: (event) => events.push(event) });
      const { token } = await new ApiTokens(database).create({
        userId: 'ada',
        name: 'test',
        scopes: ['conversations:read'],
      });
      await using api = createServer({ database, logger: quietLogger() });
      const call = (path: string) =>
        api.inject({ method: 'GET', url: path, headers: { authorization: `Bearer ${token}` } });
      expect((await call('/v1/conversations')).statusCode).toBe(200);

      const load = new Load(database, 'writer');
      load.start(WRITERS);
      await until(() => load.acknowledged > 100 * times, 60_000);
      await server.halt(mode);
      await until(() => database.breakerState === 'open', 20_000);

      const refused = await call('/v1/conversations');
      expect(refused.statusCode).toBe(503);
      expect(refused.json()).toMatchObject({ code: 'CIRCUIT_OPEN', status: 503 });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(Math.max(1, resetMs / 1000));
      expect((await call('/livez')).statusCode).toBe(200);
      expect((await call('/readyz')).statusCode).toBe(503);

      // The server is still down when it is tried, so that the circuit opens again.
      await until(() => statesIn(events).join() === 'open,half-open,open', resetMs + 20_000);
      const before = load.acknowledged;
      await server.resume();
      await until(() => load.acknowledged > before + 100 * times, resetMs + 60_000);
      expect(statesIn(events).slice(-2)).toEqual(['half-open', 'closed']);
      expect((await call('/v1/conversations')).statusCode).toBe(200);

      const outcome = await load.stop();
      const stored = await server.query(url, 'select title from conversations');
      expect(
        faultsOf(
          [outcome],
          stored.map(({ title }) => String(title)),
        ),
      ).toEqual([]);
      expect(outcome.codes['CIRCUIT_OPEN']).toBeGreaterThan(WRITERS);
      expect(outcome.slowestOpenRefusalMs).toBeLessThan(AT_ONCE_MS);
      expect(database.pool()).toMatchObject({ inUse: 0, waiting: 0 });
    },
  );
});
