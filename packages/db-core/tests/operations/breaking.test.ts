import { expect, it } from 'vitest';
import { Instances, type Migration, MigrationBreakingError, openDatabase } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const steps: readonly Migration[] = [
  {
    name: 'acme_0001_first',
    up: (m) => m.execute({ sqlite: 'SELECT 1', postgres: 'SELECT 1' }),
    down: () => undefined,
  },
  {
    name: 'acme_0002_breaking',
    breaking: true,
    up: (m) => m.execute({ sqlite: 'SELECT 2', postgres: 'SELECT 2' }),
    down: () => undefined,
  },
];

describeEngines('a breaking migration', (context) => {
  it('is refused while programs live that it breaks, and before anything is done', async () => {
    const url = await context.url();
    const backups: string[] = [];
    await using old = openDatabase({ url, env: {} });
    const registration = await new Instances(old).register({ kind: 'api', appVersion: '1.2.3' });
    await using fresh = openDatabase({
      url,
      env: { MIGRATION_BACKUP_BEFORE_UPGRADE: 'true' },
      migrations: steps,
      backup: async () => void backups.push('made'),
    });

    const error = await fresh.migrations.migrate().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MigrationBreakingError);
    expect(error).toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/acme_0002_breaking are running: api 1\.2\.3 on \S+ \(process \d+\)/),
      details: { migrations: ['acme_0002_breaking'], instances: [{ id: registration.id }] },
    });
    const { pending } = await fresh.migrations.status();
    expect(pending).toEqual(['acme_0001_first', 'acme_0002_breaking']);
    expect(backups).toEqual([]);
    // What isn't breaking may run beside them.
    expect((await fresh.migrations.migrate({ to: 'acme_0001' })).done.map(({ name }) => name)).toEqual([
      'acme_0001_first',
    ]);
    // A dry run only shows.
    expect((await fresh.migrations.migrate({ dryRun: true })).plan).toMatchObject([{ breaking: true }]);

    await registration.end();
    expect((await fresh.migrations.migrate()).done.map(({ name }) => name)).toEqual(['acme_0002_breaking']);
    expect(backups).toEqual(['made', 'made']);
  });

  it('is not undone while programs live that work with it', async () => {
    const url = await context.url();
    const backups: string[] = [];
    await using database = openDatabase({
      url,
      env: { MIGRATION_BACKUP_BEFORE_UPGRADE: 'true' },
      backup: async () => void backups.push('made'),
    });
    const registration = await new Instances(database).register({ kind: 'worker', appVersion: '1.2.3' });
    const { current } = await database.migrations.status();
    await expect(database.migrations.rollback()).rejects.toMatchObject({
      code: 'MIGRATION_BREAKING',
      message: expect.stringMatching(new RegExp(`that work with ${current} are running: worker 1\\.2\\.3`)),
    });
    expect(backups).toEqual([]);
    expect((await database.migrations.status()).current).toBe(current);
    expect((await database.migrations.rollback({ dryRun: true })).plan).toHaveLength(1);
    await registration.end();
    expect((await database.migrations.rollback()).done).toMatchObject([{ name: current }]);
    expect(backups).toEqual(['made']);
  });

  it('is run all the same where it is forced, and in a new database', async () => {
    const url = await context.url();
    await using old = openDatabase({ url, env: {} });
    const registration = await new Instances(old).register({ kind: 'worker', appVersion: '1' });
    await using fresh = openDatabase({ url, env: {}, migrations: steps });
    await expect(fresh.initialize()).rejects.toMatchObject({ code: 'MIGRATION_PENDING' });
    await using upgrading = openDatabase({ url, env: { MIGRATION_AUTO_UPGRADE: 'true' }, migrations: steps });
    await expect(upgrading.initialize()).rejects.toThrow(MigrationBreakingError);
    expect((await fresh.migrations.migrate({ force: true })).done).toHaveLength(2);
    await registration.end();
    await using made = openDatabase({ url: await context.emptyUrl(), env: {}, migrations: steps });
    await made.initialize();
  });
});
