import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure, succeed } from './support/keelson.ts';

const env = { DATABASE_ROW_SECURITY: 'true' };

describeEngine('postgres', 'keelson under row security', (context) => {
  it('tells whether the server keeps users apart, and what to do when it does so no more', async () => {
    const url = await context.url();
    const [off] = await Promise.all([succeed(['info'], { url }), succeed(['conversations', 'list'], { url, env })]);
    expect(off.stdout).toMatch(/^row security +off$/m);
    const [info, health] = await Promise.all([succeed(['info'], { url, env }), document(['health'], { url, env })]);
    expect(info.stdout).toMatch(/^row security +on, as keelson_tenant_/m);
    expect(health).toMatchObject({ status: 'healthy', checks: { rowSecurity: { isOn: true, faults: [] } } });

    await context.raw(url).query('DROP POLICY keelson_owner ON jobs');
    const [sick, refused] = await Promise.all([
      document(['health'], { url, env, code: 1 }),
      failure(['conversations', 'list'], { url, env, exit: 5 }),
    ]);
    expect(sick).toMatchObject({ status: 'unhealthy', checks: { rowSecurity: { code: 'CONFIGURATION' } } });
    expect(refused.code).toBe('SCHEMA_VALIDATION');
  });
});

describeEngine('sqlite', 'keelson, which has no row security', (context) => {
  it('says so instead of going without', async () => {
    const error = await failure(['conversations', 'list'], { url: await context.url(), env, exit: 2 });
    expect(error.code).toBe('CONFIGURATION');
    expect(error.message).toContain('SQLite has no row security');
  });
});
