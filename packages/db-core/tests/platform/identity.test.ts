import { expect, it } from 'vitest';
import { ensureIdentity, openDatabase, readIdentity } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

describeEngines('identity', (context) => {
  it('is given once and stays', async () => {
    const database = await context.open();
    expect(await readIdentity(database)).toBeUndefined();
    const [first, second] = await Promise.all([
      ensureIdentity(database, 'staging'),
      ensureIdentity(database, 'staging'),
    ]);
    expect(first).toEqual(second);
    expect(await ensureIdentity(database, 'production')).toEqual(first);
    expect(await readIdentity(database)).toEqual(first);
    expect(first.environment).toBe('staging');
  });

  it('is read also where migrations are pending, and where none ever ran', async () => {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    const identity = await ensureIdentity(database, 'production');
    await database.migrations.rollback({ to: '0001' });
    expect(await readIdentity(database)).toEqual(identity);
    await database.migrations.rollback({ to: '0000' });
    expect(await readIdentity(database)).toBeUndefined();
    await database.close();
  });
});
