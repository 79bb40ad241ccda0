import { expect, it } from 'vitest';
import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { document, failure, keelson, succeed } from './support/keelson.ts';

interface Status {
  readonly engine: string;
  readonly database: string;
  readonly current: string | null;
  readonly pending: readonly string[];
  readonly applied: readonly string[];
}
interface Run {
  readonly dryRun: boolean;
  readonly plan: readonly { readonly name: string; readonly direction: string; readonly sql: readonly string[] }[];
  readonly done: readonly { readonly name: string }[];
  readonly current: string | null;
}

describeEngines('keelson and the migrations', (context) => {
  it('makes a database, once', async () => {
    const url = await context.emptyUrl();
    const made = await document<{ created: boolean; migrations: string[]; identity: { id: string } }>(['init'], {
      url,
    });
    expect(made.created).toBe(true);
    expect(made.migrations[0]).toBe('0001_kernel');
    const again = await document<typeof made>(['init'], { url });
    expect(again).toMatchObject({ created: false, migrations: [], identity: { id: made.identity.id } });
    const status = await document<Status>(['status'], { url });
    expect(status).toMatchObject({
      engine: context.engine,
      pending: [],
      applied: made.migrations,
      current: made.migrations.at(-1),
    });
    expect(status.database).not.toContain('postgresql://');
  });

  it('undoes and does again, to the same schema', async () => {
    const url = await context.url();
    const before = await document<Status>(['status'], { url });
    const planned = await document<Run>(['rollback', '0001', '--dry-run'], { url });
    expect(planned).toMatchObject({ dryRun: true, done: [], current: before.current });
    expect(planned.plan.map(({ name }) => name)).toEqual(before.applied.slice(1).toReversed());
    expect(planned.plan.flatMap(({ sql }) => sql).join()).toMatch(/drop table/i);

    // Nobody can be asked here; --dry-run and no yes have both left it as it was, as --yes then shows.
    expect((await failure(['rollback', '0001'], { url, exit: 3 })).code).toBe('DECLINED');

    const undone = await document<Run>(['rollback', '0001', '--yes'], { url });
    expect(undone.done.map(({ name }) => name)).toEqual(before.applied.slice(1).toReversed());
    expect(undone.current).toBe('0001_kernel');
    expect((await failure(['conversations', 'list'], { url, exit: 5 })).code).toBe('MIGRATION_PENDING');

    const shown = await document<Run>(['migrate', '--dry-run'], { url });
    expect(shown.plan.map(({ name, direction }) => [name, direction])).toEqual(
      before.applied.slice(1).map((name) => [name, 'up']),
    );
    expect(shown.done).toEqual([]);
    const done = await document<Run>(['migrate'], { url });
    expect(done.done.map(({ name }) => name)).toEqual(before.applied.slice(1));
    expect(await document(['validate'], { url })).toMatchObject({ valid: true, differences: [] });
    expect(done.current).toBe(before.current);
  });

  it('is migrated once when two come at the same time', async () => {
    const url = await context.emptyUrl();
    const runs = await Promise.all([document<Run>(['migrate'], { url }), document<Run>(['migrate'], { url })]);
    const done = runs.flatMap((run) => run.done.map(({ name }) => name));
    expect(done).toEqual([...new Set(done)]);
    expect(new Set(runs.map(({ current }) => current)).size).toBe(1);
    expect(await document(['validate'], { url })).toMatchObject({ valid: true });
  });

  it('tells of drift, of a newer version and of tables that differ', async () => {
    const url = await context.url();
    const raw = context.raw(url);
    await raw.query('ALTER TABLE users DROP COLUMN full_name');
    const invalid = await document<{ valid: boolean; differences: { message: string }[] }>(['validate'], {
      url,
      code: 5,
    });
    expect(invalid.valid).toBe(false);
    expect(JSON.stringify(invalid.differences)).toContain('full_name');

    await raw.query(
      `UPDATE schema_migrations SET checksum = replace(checksum, substr(checksum, 1, 8), '00000000') WHERE name = '0001_kernel'`,
    );
    const status = await document<{ drifted: { name: string }[] }>(['status'], { url, code: 5 });
    expect(status.drifted).toMatchObject([{ name: '0001_kernel' }]);

    await raw.query(`UPDATE schema_migrations SET name = '9000_later' WHERE name = '0001_kernel'`);
    expect((await failure(['token', 'list'], { url, exit: 5 })).code).toBe('NEWER_SCHEMA');
    expect(await document(['health'], { url, code: 5 })).toMatchObject({
      status: 'degraded',
      checks: { migrations: { code: 'NEWER_SCHEMA' } },
    });
  });
});

describeEngine('sqlite', 'keelson and the migrations: what has nothing to do with the engine', (context) => {
  it('stops where it is told, one step at a time', async () => {
    const url = await context.emptyUrl();
    expect(await document<Run>(['migrate', '--to', '0001'], { url })).toMatchObject({ current: '0001_kernel' });
    expect((await failure(['migrate', '--to', '7777'], { url, exit: 2 })).code).toBe('CONFIGURATION');
    await succeed(['migrate'], { url });
    expect((await failure(['migrate', '--to', '0001'], { url, exit: 2 })).hint).toContain('keelson rollback 0001');
    const back = await document<Run>(['rollback', '0000', '--yes'], { url });
    expect(back.current).toBeNull();
    expect(await document(['status'], { url })).toMatchObject({ current: null, applied: [] });
  });

  it('asks for the name of a production database before it undoes anything', async () => {
    const url = await context.emptyUrl();
    const env = { KEELSON_ENVIRONMENT: 'production' };
    await succeed(['init'], { url, env });
    const name = url.slice(url.lastIndexOf('/') + 1);
    // The database itself remembers what it is, whatever the environment of the next command.
    for (const args of [
      ['rollback', '--yes'],
      ['rollback', '--yes', '--confirm', 'another'],
    ]) {
      const error = await failure(args, { url, exit: 4 });
      expect(error).toMatchObject({ code: 'FORBIDDEN', hint: expect.stringContaining(name) });
    }
    await succeed(['rollback', '--confirm', name], { url, env });
  });

  it('says where to begin when the file is missing, and makes none by looking', async () => {
    const url = await context.emptyUrl();
    const looking = [['status'], ['info'], ['migrate', '--dry-run'], ['conversations', 'list']];
    const errors = await Promise.all(looking.map((args) => failure(args, { url, exit: 1 })));
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'DATABASE_NOT_FOUND', hint: expect.stringContaining('keelson init') });
    }
    expect(await document(['health'], { url, code: 1 })).toMatchObject({ status: 'unhealthy' });
    const { stderr, code } = await keelson(['status'], { url });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: There is no database at .*\(DATABASE_NOT_FOUND\)\nhint: {2}/);
  });
});
