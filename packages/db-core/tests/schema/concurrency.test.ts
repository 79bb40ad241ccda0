import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { MigrationLockedError } from '../../src/errors/index.ts';
import { assertUpToDate, migrationStatus } from '../../src/schema/status.ts';
import { slowMigrations } from './slow-migrations.ts';
import { describeSchema, query, run, tableNames } from './support.ts';

const all = ['0001_first', '0002_slow', '0003_third'];
const migrations = slowMigrations(true, () => Promise.resolve());
const loose = slowMigrations(false, () => Promise.resolve());

function migrateInProcess(url: string, how: 'quick' | 'slow' | 'loose'): ChildProcess {
  const script = fileURLToPath(import.meta.resolve('./migrate-process.ts'));
  return spawn(process.execPath, ['--conditions=keelson-source', script, url, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function firstLineOf(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describeSchema('migrating together', ({ emptyUrl, newEngine }) => {
  it('of two in one process, one does it all and the other finds nothing to do', async () => {
    const url = await emptyUrl();
    const [one, other] = [await newEngine(url), await newEngine(url)];
    const runs = await Promise.all([run(one, migrations), run(other, migrations)]);
    expect(runs.map(({ done }) => done.length).toSorted((a, b) => a - b)).toEqual([0, 3]);
    assertUpToDate(await migrationStatus(one, migrations));
  });

  it('of several processes, one does it all and the others find nothing to do', async () => {
    const url = await emptyUrl();
    const children = [1, 2, 3].map(() => migrateInProcess(url, 'quick'));
    const exits = children.map((child) => once(child, 'exit'));
    const printed = await Promise.all(children.map(firstLineOf));
    expect((await Promise.all(exits)).map(([code]) => code as number)).toEqual([0, 0, 0]);
    expect(printed.map((line) => JSON.parse(line) as string[]).sort((a, b) => a.length - b.length)).toEqual([
      [],
      [],
      all,
    ]);
  });

  it('takes no tables for another program’s that appear while it looks', async () => {
    const url = await emptyUrl();
    const [one, other] = [await newEngine(url), await newEngine(url)];
    const overtaken = new Proxy(one, {
      get(engine, name) {
        // Between the reading of the history and of the tables, the other does it all.
        if (name === 'inspect') return () => run(other, migrations).then(() => engine.inspect());
        const value: unknown = Reflect.get(engine, name);
        return typeof value === 'function' ? (value.bind(engine) as unknown) : value;
      },
    });
    await run(overtaken, migrations);
    expect((await migrationStatus(one, migrations)).pending).toEqual([]);
  });

  it('waits no longer than told, and says who is at it', async () => {
    const url = await emptyUrl();
    const [one, other] = [await newEngine(url), await newEngine(url)];
    await one.withLock('migrations', 1000, async () => {
      const refusal = run(other, migrations, { waitMs: 50 });
      await expect(refusal).rejects.toThrow(MigrationLockedError);
      await expect(refusal).rejects.toThrow(/process \d+/);
    });
    expect((await run(other, migrations)).done.length).toBe(3);
  });

  it('leaves nothing half done when the process is killed in the middle, nor a lock', async () => {
    const url = await emptyUrl();
    const child = migrateInProcess(url, 'slow');
    expect(await firstLineOf(child)).toBe('half way');
    await kill(child);
    const engine = await newEngine(url);
    expect(await migrationStatus(engine, migrations)).toMatchObject({
      current: '0001_first',
      pending: ['0002_slow', '0003_third'],
      unfinished: [],
    });
    expect(await tableNames(engine)).toEqual(['schema_migrations', 'table_0001_first']);
    expect((await run(engine, migrations)).done.map(({ name }) => name)).toEqual(['0002_slow', '0003_third']);
    expect((await query(engine, 'SELECT id FROM slow')).length).toBe(4);
  });

  it('tells of one without a transaction that was killed in the middle, and finishes it', async () => {
    const url = await emptyUrl();
    const child = migrateInProcess(url, 'loose');
    expect(await firstLineOf(child)).toBe('half way');
    await kill(child);
    const engine = await newEngine(url);
    const status = await migrationStatus(engine, loose);
    expect(status).toMatchObject({ current: '0001_first', unfinished: [{ name: '0002_slow', state: 'running' }] });
    expect(() => assertUpToDate(status)).toThrow('0002_slow (being run)');
    expect((await query(engine, 'SELECT id FROM slow')).length).toBe(3);
    expect((await run(engine, loose)).done.map(({ name }) => name)).toEqual(['0002_slow', '0003_third']);
    expect((await query(engine, 'SELECT id FROM slow')).length).toBe(4);
    assertUpToDate(await migrationStatus(engine, loose));
  });

  it('lets readers read while a migration is under way', async () => {
    const url = await emptyUrl();
    const engine = await newEngine(url);
    await run(engine, migrations, { to: '0001' });
    const seen: number[] = [];
    const watching = slowMigrations(true, async () => {
      seen.push((await query(engine, 'SELECT count(*) AS counted FROM table_0001_first')).length);
    });
    await run(engine, watching);
    expect(seen).toEqual([1]);
  });
});
