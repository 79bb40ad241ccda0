import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, MigrationPendingError, openDatabase } from '@keelson/db-core';
import { describeEngine, describeEngines, type EngineContext } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { pathOf } from '../support/path-of.ts';
import { ownMigrations, PARTS, type Variant } from './own-migrations.ts';
import { seeded } from './seeded.ts';

const SEED = Number(process.env['KEELSON_KILL_SEED'] ?? 1);
/** Where it is killed: after each part, at a random moment of the pause that follows, or while the next part runs. */
const PART_MS = 30;
const INVOICES = 20;

const script = join(import.meta.dirname, 'migrating-process.ts');

/** A database with an application's tables and rows, and one migration due. */
async function withRows(context: EngineContext, variant: Variant): Promise<string> {
  const url = await context.emptyUrl();
  const database = openDatabase({ url, env: {}, migrations: ownMigrations(variant) });
  await database.migrations.migrate({ to: 'acme_0001_invoices' });
  await database.close();
  const raw = context.raw(url);
  for (let number = 0; number < INVOICES; number += 1) {
    const id = randomUUID();
    const name = `${number % 2 === 0 ? 'JP' : 'DE'}-${number}`;
    await raw.query(`INSERT INTO acme_invoices (user_id, id, number, cents) VALUES ('ada', $1, $2, $3)`, [
      id,
      name,
      number + 1,
    ]);
    await raw.query(`INSERT INTO acme_lines (user_id, id, invoice_id, text) VALUES ('ada', $1, $2, 'a line')`, [
      randomUUID(),
      id,
    ]);
  }
  await raw.close();
  return url;
}

/** All of the schema and every row of the application's tables. */
async function everything(context: EngineContext, url: string): Promise<unknown> {
  const raw = context.raw(url);
  const schema =
    context.engine === 'sqlite'
      ? await raw.query(`SELECT type, name, sql FROM sqlite_schema WHERE name LIKE '%acme%' ORDER BY type, name`)
      : await raw.query(
          `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
           WHERE table_name LIKE 'acme%' ORDER BY table_name, column_name`,
        );
  const indexes =
    context.engine === 'sqlite'
      ? []
      : await raw.query(`SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'acme%' ORDER BY indexname`);
  const invoices = await raw.query('SELECT * FROM acme_invoices ORDER BY number');
  const lines = await raw.query('SELECT * FROM acme_lines ORDER BY id');
  await raw.close();
  return { schema, indexes, invoices, lines };
}

async function finish(url: string, variant: Variant): Promise<readonly string[]> {
  // What a dead process left must not be waited for.
  const database = openDatabase({ url, env: { DATABASE_TIMEOUT: '5' }, migrations: ownMigrations(variant) });
  try {
    const { done } = await database.migrations.migrate();
    await database.initialize();
    expect((await database.migrations.status()).pending).toEqual([]);
    return done.map(({ name }) => name);
  } finally {
    await database.close();
  }
}

async function use<T>(url: string, variant: Variant, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({ url, env: { DATABASE_TIMEOUT: '5' }, migrations: ownMigrations(variant) });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const random = seeded(SEED);

/** Starts migrating, and kills the process when it has come so far. */
async function killAfter(url: string, variant: Variant, part: number): Promise<void> {
  const child = new Child(script, [url, variant]);
  await child.line(1 + part);
  await sleep(random() * PART_MS);
  await child.kill();
}

async function isApplied(url: string, variant: Variant): Promise<boolean> {
  return use(url, variant, async ({ migrations }) => {
    const { current, unfinished } = await migrations.status();
    expect(unfinished).toEqual([]);
    expect(['acme_0001_invoices', 'acme_0002_currencies']).toContain(current);
    return current === 'acme_0002_currencies';
  });
}

describeEngines('a migration that is killed', (context) => {
  const parts = Array.from({ length: PARTS }, (_, index) => index + 1);

  it(`is there as a whole or not at all, whichever of its ${PARTS} parts it was at, and the next run finishes it`, async () => {
    const url = await withRows(context, 'atomic');
    const before = await everything(context, url);
    let killed = 0;
    for (const part of parts) {
      await killAfter(url, 'atomic', part);
      if (await isApplied(url, 'atomic')) break;
      expect(await everything(context, url)).toEqual(before);
      killed += 1;
    }
    // The last may come too late; the others don't.
    expect(killed).toBeGreaterThanOrEqual(PARTS - 2);
    await finish(url, 'atomic');

    const undisturbed = await withRows(context, 'atomic');
    expect(await finish(undisturbed, 'atomic')).toEqual(['acme_0002_currencies']);
    const shape = ({ schema, indexes }: { schema?: unknown; indexes?: unknown }): unknown => ({ schema, indexes });
    expect(shape((await everything(context, url)) as object)).toEqual(
      shape((await everything(context, undisturbed)) as object),
    );
    const raw = context.raw(url);
    const [counted] = await raw.query(
      `SELECT count(*) AS lines, count(i.id) AS whole, sum(CASE WHEN i.currency = 'JPY' THEN 1 ELSE 0 END) AS yen
       FROM acme_lines l LEFT JOIN acme_invoices i ON i.user_id = l.user_id AND i.id = l.invoice_id`,
    );
    const { lines, whole, yen } = counted!;
    expect([lines, whole, yen].map(Number)).toEqual([INVOICES, INVOICES, INVOICES / 2]);
  });

  it('outside a transaction is named as interrupted, and run again from its beginning', async () => {
    const url = await withRows(context, 'loose');
    await killAfter(url, 'loose', 3);
    const refusal = await use(url, 'loose', (database) => database.initialize()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(MigrationPendingError);
    expect(refusal).toMatchObject({ code: 'MIGRATION_PENDING', exitCode: 5 });
    expect((refusal as MigrationPendingError).message).toContain('acme_0002_currencies');
    expect((refusal as MigrationPendingError).hint).toContain('keelson migrate');
    expect(await finish(url, 'loose')).toEqual(['acme_0002_currencies']);
    const raw = context.raw(url);
    const rows = await raw.query('SELECT cents FROM acme_invoices ORDER BY cents');
    expect(rows.length).toBe(INVOICES);
    // Each was changed once, whichever run did it.
    expect(rows.map(({ cents }) => Number(cents))).toEqual(
      Array.from({ length: INVOICES }, (_, index) => (index + 1) * 100 + 3),
    );
    expect((await raw.query('SELECT code FROM acme_currencies')).length).toBe(2);
  });

  it('leaves no lock behind, so that one who waits for it goes on at once', async () => {
    const url = await withRows(context, 'atomic');
    const child = new Child(script, [url, 'atomic']);
    await child.line(2);
    const waiting = finish(url, 'atomic');
    await child.kill();
    expect(await waiting).toEqual(['acme_0002_currencies']);
  });
});

describeEngine(
  'sqlite',
  'files that a killed process left beside the database, which is all in one file',
  (context) => {
    it('do no harm, not even where they name a process that lives', async () => {
      const url = await withRows(context, 'atomic');
      const path = pathOf(url);
      await killAfter(url, 'atomic', 2);
      expect(existsSync(`${path}-wal`)).toBe(true);
      const holder = `${path}-lock-migrations-holder`;
      const { pid, ...rest } = JSON.parse(readFileSync(holder, 'utf8')) as { readonly pid: number };
      expect(pid).not.toBe(process.pid);
      // As in a container, where every process has the same number.
      writeFileSync(holder, JSON.stringify({ ...rest, pid: process.pid }));
      // Somebody waited for the write lock, too, and the clock was set back since.
      writeFileSync(`${path}-waiting`, '');
      expect(await finish(url, 'atomic')).toEqual(['acme_0002_currencies']);
      expect(existsSync(holder)).toBe(false);
      expect(existsSync(`${path}-waiting`)).toBe(false);
    });
  },
);
