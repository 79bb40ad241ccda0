import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listBackups, openDatabase, verifyBackup } from '../../src/index.ts';
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

  it('is put in the configured folder, whole, where nobody says otherwise', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const database = openDatabase({ url: await context.emptyUrl(), env: { ...env, BACKUP_FOLDER: folder } });
    await database.initialize();
    await database.migrations.rollback();
    const { items } = await listBackups(folder);
    expect(items).toHaveLength(1);
    await expect(verifyBackup(items[0]?.file ?? '')).resolves.toMatchObject({ engine: context.engine });
    await database.close();
  });

  it('that can not be made keeps anything from changing, but nobody from a new database', async () => {
    const database = openDatabase({ url: await context.emptyUrl(), env: { ...env, BACKUP_FOLDER: '/dev/null/none' } });
    await database.initialize();
    await expect(database.migrations.rollback({ to: '0001' })).rejects.toMatchObject({ code: 'UNWRITABLE_DATABASE' });
    expect((await database.migrations.status()).pending).toEqual([]);
    await database.close();
  });
});
