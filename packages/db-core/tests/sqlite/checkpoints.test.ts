import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import process from 'node:process';
import { setImmediate as turnOfTheLoop, setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Database, engineOf } from '../../src/database/database.ts';
import type { DatabaseEvent } from '../../src/events/events.ts';
import { runStatement } from '../../src/schema/statements.ts';
import { describeEngine } from '../../src/testing/index.ts';

/** What SQLite's own bound is, and what it is beside a thread. */
const ALONE = 1000;
const BESIDE = 16_000;
const PAGES_A_ROW = 25;
const MOST_TURNS = 4000;

async function pragma(database: Database, text: string): Promise<Record<string, unknown>> {
  const engine = engineOf(database);
  const { rows } = await runStatement(engine, engine, { sql: `PRAGMA ${text}`, writes: true, returnsRows: true });
  return rows[0] ?? {};
}

async function bound(database: Database): Promise<number> {
  return Number((await pragma(database, 'wal_autocheckpoint'))['wal_autocheckpoint']);
}

async function log(database: Database): Promise<{ length: number; copied: number }> {
  const row = await pragma(database, 'wal_checkpoint(NOOP)');
  return { length: Number(row['log']), copied: Number(row['checkpointed']) };
}

async function prepare(database: Database): Promise<void> {
  await engineOf(database).exec('CREATE TABLE filler (content BLOB)');
}

async function writeRow(database: Database): Promise<void> {
  await engineOf(database).exec(`INSERT INTO filler VALUES (zeroblob(${PAGES_A_ROW * 4000}))`);
}

/** Writes until it is so, and gives how many rows that took. */
async function writeUntil(database: Database, isSo: () => Promise<boolean> | boolean): Promise<number> {
  for (let turn = 1; turn <= MOST_TURNS; turn += 1) {
    await writeRow(database);
    // The thread's answers come with the event loop's turns.
    await turnOfTheLoop();
    if (await isSo()) return turn;
  }
  throw new Error('It never was so.');
}

async function startThread(database: Database): Promise<number> {
  await prepare(database);
  return await writeUntil(database, async () => (await bound(database)) === BESIDE);
}

/** What keeps this process alive. */
function resources(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => name !== 'Immediate' && name !== 'Timeout')
    .sort();
}

/** Names of this process's threads, where the system tells (Linux). */
function hasThread(): boolean {
  const list = '/proc/self/task';
  if (!existsSync(list)) return false;
  return readdirSync(list).some((id) => readFileSync(`${list}/${id}/comm`, 'utf8').startsWith('keelson-check'));
}

describeEngine('sqlite', 'the write-ahead log, which a server keeps by itself,', (context) => {
  it('is left to SQLite by a process that writes little', async () => {
    const database = await context.open();
    await prepare(database);
    for (let turn = 0; turn < 20; turn += 1) await writeRow(database);
    for (let turn = 0; turn < 200; turn += 1)
      await database.forUser('ada').all((db) => db.selectFrom('conversations').select('id'));
    expect(await bound(database)).toBe(ALONE);
    expect(hasThread()).toBe(false);
  });

  it('is written back beside a process that writes much, and stays short without its help', async () => {
    const database = await context.open();
    const keepAlive = resources();
    let rows = await startThread(database);
    // A process that doesn't close its database ends all the same.
    expect(resources()).toEqual(keepAlive);
    let longest = 0;
    let copiedBesideIt = 0;
    let begunAnew = 0;
    let before = 0;
    rows += await writeUntil(database, async () => {
      const { length, copied } = await log(database);
      longest = Math.max(longest, length);
      if (length < BESIDE && copied > 0) copiedBesideIt += 1;
      if (length < before) begunAnew += 1;
      before = length;
      return copiedBesideIt > 0 && begunAnew > 0;
    });
    // What a turn writes comes on top, and what was written between two looks.
    expect(longest).toBeLessThan(BESIDE + 2 * PAGES_A_ROW);
    const { location } = await database.info();
    await database.close();
    expect(existsSync(`${location}-wal`)).toBe(false);
    expect(hasThread()).toBe(false);
    expect(await context.raw(database.config.target.url).query('SELECT count(*) AS rows FROM filler')).toEqual([
      { rows },
    ]);
  });

  it('can be emptied while the thread is at work and others write, but not while somebody reads', async () => {
    const database = await context.open();
    await startThread(database);
    const engine = engineOf(database);
    for (let time = 0; time < 3; time += 1) {
      const writing = Promise.all(Array.from({ length: 60 }, () => writeRow(database)));
      expect(await engine.emptyLog()).toBe(true);
      await writing;
    }
    const reading = await engine.begin({ mode: 'read' });
    await writeRow(database);
    expect(await engine.emptyLog()).toBe(false);
    await reading.commit();
    expect(await engine.emptyLog()).toBe(true);
    expect((await database.info()).walBytes).toBe(0);
  });

  it('is left to SQLite where the thread cannot open the file, which is said once', async () => {
    const events: DatabaseEvent[] = [];
    const database = await context.open({ onEvent: (event) => void events.push(event) });
    const failures = (): DatabaseEvent[] => events.filter(({ type }) => type === 'checkpoint-error');
    await prepare(database);
    const { location } = await database.info();
    renameSync(location, `${location}-elsewhere`);
    let rows = await writeUntil(database, () => failures().length > 0);
    renameSync(`${location}-elsewhere`, location);
    expect(failures()).toMatchObject([{ error: { code: 'UNWRITABLE_DATABASE' } }]);
    for (let turn = 0; turn < 200; turn += 1, rows += 1) await writeRow(database);
    await sleep(10);
    expect(failures()).toHaveLength(1);
    expect(await bound(database)).toBe(ALONE);
    expect((await log(database)).length).toBeLessThan(2 * ALONE);
    await database.close();
    expect(existsSync(`${location}-wal`)).toBe(false);
    expect(await context.raw(database.config.target.url).query('SELECT count(*) AS rows FROM filler')).toEqual([
      { rows },
    ]);
  });

  it('is closed well while the thread starts', async () => {
    for (const extra of [0, 10]) {
      const database = await context.open();
      await prepare(database);
      // A thread starts with one of these, and has no time to say that it has.
      for (let turn = 0; turn < 180 + extra; turn += 1) await writeRow(database);
      const { location } = await database.info();
      await database.close();
      expect(existsSync(`${location}-wal`)).toBe(false);
      expect(hasThread()).toBe(false);
    }
  });
});
