import { expect, it } from 'vitest';
import { openDatabase } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const env = { MIGRATION_BACKUP_BEFORE_UPGRADE: 'true' };

describeEngines('a backup before migrations', (context) => {
  it('is made only where there is something to lose', async () => {
    const made: string[] = [];
    const backup = (): Promise<void> => {
      made.push('backup');
      return Promise.resolve();
    };
    const database = openDatabase({ url: await context.emptyUrl(), env, backup });
    await database.initialize();
    await database.migrations.migrate();
    expect(made).toEqual([]);
    await database.migrations.rollback({ to: '0001', dryRun: true });
    expect(made).toEqual([]);
    await database.migrations.rollback({ to: '0001' });
    expect(made).toEqual(['backup']);
    await database.migrations.migrate();
    expect(made).toEqual(['backup', 'backup']);
    await database.close();
  });

  it('that nobody can make is refused before anything changes, but keeps nobody from a new database', async () => {
    const database = openDatabase({ url: await context.emptyUrl(), env });
    await database.initialize();
    await expect(database.migrations.rollback({ to: '0001' })).rejects.toMatchObject({ code: 'CONFIGURATION' });
    expect((await database.migrations.status()).pending).toEqual([]);
    await database.close();
  });
});
