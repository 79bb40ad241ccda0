import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { seeded } from '../kill/seeded.ts';
import { sessionsEnd } from '../kill/sound.ts';
import { Child } from '../support/child.ts';
import { isLong } from './form.ts';
import { largeMigrations, READINGS } from './large-migrations.ts';

const ROUNDS = isLong ? 50 : 4;
const script = join(import.meta.dirname, 'migrating-process.ts');
const [first] = largeMigrations;

/** What a dead process left must not be waited for. */
async function use<T>(url: string, work: (migrations: Database['migrations']) => Promise<T>): Promise<T> {
  await using database = openDatabase({ url, env: { DATABASE_TIMEOUT: '5' }, migrations: largeMigrations });
  return await work(database.migrations);
}

/** Which of the second migration's things there are. */
async function traces(context: EngineContext, url: string): Promise<readonly string[]> {
  const raw = context.raw(url);
  const rows = await raw.query(
    context.engine === 'sqlite'
      ? `SELECT name FROM sqlite_schema WHERE name IN ('acme_places', 'acme_readings_by_note', 'acme_readings_by_place')
         UNION ALL SELECT 'place' FROM pragma_table_info('acme_readings') WHERE name = 'place'`
      : `SELECT relname AS name FROM pg_class WHERE relname IN ('acme_places', 'acme_readings_by_note', 'acme_readings_by_place')
         UNION ALL SELECT 'place' FROM information_schema.columns WHERE table_name = 'acme_readings' AND column_name = 'place'`,
  );
  await raw.close();
  return rows.map(({ name }) => String(name));
}

describeEngines('migrating, killed at a random moment', (context) => {
  it(
    `leaves the migration wholly applied or not at all (${ROUNDS} times)`,
    { timeout: 60_000 + ROUNDS * 20_000 },
    async ({ annotate }) => {
      const random = seeded(11);
      const url = await context.emptyUrl();
      await use(url, (migrations) => migrations.migrate({ to: first.name }));
      const undo = (): Promise<unknown> => use(url, (migrations) => migrations.rollback({ to: first.name }));
      // How long it takes when nothing happens.
      const whole = new Child(script, [url]);
      await whole.line();
      const started = performance.now();
      await whole.ended();
      const lastsMs = performance.now() - started;
      expect((await traces(context, url)).length).toBe(4);
      await undo();

      let cut = 0;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const child = new Child(script, [url]);
        await child.line();
        await sleep(random() * lastsMs);
        await child.kill();
        await sessionsEnd(context, url);
        const { pending, unfinished, drifted } = await use(url, (migrations) => migrations.status());
        expect({ unfinished, drifted }, `round ${round}`).toEqual({ unfinished: [], drifted: [] });
        expect((await traces(context, url)).length, `round ${round}`).toBe(pending.length === 0 ? 4 : 0);
        if (pending.length > 0) cut += 1;
        // The next one isn't held up by what the dead one left, and does all of it.
        const { done } = await use(url, (migrations) => migrations.migrate());
        expect(done.map(({ name }) => name)).toEqual(pending);
        expect((await traces(context, url)).length).toBe(4);
        await undo();
      }
      await annotate(`${cut} of ${ROUNDS} times it was cut off`);
      // Otherwise this would show little.
      expect(cut).toBeGreaterThan(0);
      const raw = context.raw(url);
      const [counted] = await raw.query('SELECT count(*) AS rows FROM acme_readings');
      expect(Number(counted?.['rows'])).toBe(READINGS);
    },
  );
});
