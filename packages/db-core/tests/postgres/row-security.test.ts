import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  type Database,
  databaseHealth,
  databaseInfo,
  type Migration,
  openDatabase,
} from '../../src/index.ts';
import { createPostgresEngine } from '../../src/engine/postgres/engine.ts';
import { describeEngine, type EngineContext, type RawConnection } from '../../src/testing/index.ts';
import { errorOf, plan } from './support.ts';

const env = { DATABASE_ROW_SECURITY: 'true' };
const MISSING = '00000000-0000-7000-8000-000000000000';

interface Tenancy {
  /** The database's, for a login that owns it. */
  readonly url: string;
  readonly login: string;
  readonly role: string;
  /** A superuser in that database. */
  readonly admin: RawConnection;
  open(settings?: Record<string, string>, migrations?: readonly Migration[]): Promise<Database>;
}

/** A database whose owner is no superuser, as on a hosted server. */
async function withLogin(
  context: EngineContext,
  rights: string,
  work: (tenancy: Tenancy) => Promise<void>,
): Promise<void> {
  const serverUrl = await context.emptyUrl();
  const server = context.raw(serverUrl);
  const login = `keelson_test_${randomBytes(6).toString('hex')}`;
  const role = `keelson_tenant_${login}`;
  await server.query(`create role ${login} login password 'secret' ${rights}`);
  await server.query(`create database ${login} owner ${login}`);
  const at = (user: object): string => Object.assign(new URL(serverUrl), { pathname: `/${login}`, ...user }).href;
  const url = at({ username: login, password: 'secret' });
  const admin = context.raw(at({}));
  const opened: Database[] = [];
  try {
    await work({
      url,
      login,
      role,
      admin,
      async open(settings = env, migrations = []) {
        const database = openDatabase({ url, env: settings, migrations });
        opened.push(database);
        await database.initialize();
        return database;
      },
    });
  } finally {
    for (const database of opened) await database.close();
    await admin.close();
    await server.query(`drop database ${login} with (force)`);
    await server.query(`drop role if exists ${role}`);
    await server.query(`drop role ${login}`);
  }
}

async function canWrite(database: Database): Promise<boolean> {
  const user = database.forUser('ada');
  const now = new Date();
  await user.run((db) => db.insertInto('conversations').values({ id: MISSING, created_at: now, updated_at: now }));
  const rows = await user.all((db) => db.selectFrom('conversations').select('id'));
  const others = await database.forUser('eve').all((db) => db.selectFrom('conversations').select('id'));
  return rows.length === 1 && others.length === 0;
}

describeEngine('postgres', 'the role for row security', (context) => {
  it('is made by a login that may make roles', async () => {
    await withLogin(context, 'createrole', async ({ open, admin, role }) => {
      const database = await open();
      expect(await canWrite(database)).toBe(true);
      const [made] = await admin.query('select * from pg_roles where rolname = $1', [role]);
      expect(made).toMatchObject({ rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false });
      expect((await databaseHealth(database)).checks.rowSecurity).toMatchObject({
        status: 'healthy',
        isOn: true,
        role,
        faults: [],
      });
      expect((await databaseInfo(database)).rowSecurity).toEqual({ isOn: true, role, faults: [] });
    });
  });

  it('is asked for with the SQL to run where the login may make none', async () => {
    await withLogin(context, 'nocreaterole', async ({ open, admin, login, role }) => {
      const refusal = await errorOf(open());
      expect(refusal).toBeInstanceOf(ConfigurationError);
      const { hint } = refusal as ConfigurationError;
      expect(hint).toContain(`CREATE ROLE "${role}"; GRANT "${role}" TO "${login}"`);
      // With the rest of what it says there is nothing left for the login to do.
      await admin.query(hint.slice(hint.indexOf('CREATE ROLE')));
      expect(await canWrite(await open())).toBe(true);
    });
  });

  it('is not needed where row security is off', async () => {
    await withLogin(context, 'nocreaterole', async ({ open }) => {
      const database = await open({});
      expect(await canWrite(database)).toBe(true);
      expect((await databaseHealth(database)).checks.rowSecurity).toMatchObject({ status: 'healthy', isOn: false });
      expect((await databaseInfo(database)).rowSecurity).toMatchObject({ isOn: false, faults: [] });
    });
  });

  it('is made once by many who come at the same time', async () => {
    await withLogin(context, 'createrole', async ({ open, url }) => {
      await open({});
      const opened = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const database = openDatabase({ url, env });
          await database.initialize();
          return database;
        }),
      );
      expect(await canWrite(opened[0]!)).toBe(true);
      for (const database of opened) await database.close();
    });
  });

  it('is used with tables in a schema that bears the name of the login', async () => {
    await withLogin(context, 'createrole', async ({ open, admin, login }) => {
      await admin.query(`create schema authorization ${login}`);
      const database = await open();
      expect(await canWrite(database)).toBe(true);
      expect(await admin.query(`select from ${login}.conversations`)).toHaveLength(1);
      expect(await admin.query(`select from ${login}.change_log`)).toHaveLength(1);
    });
  });

  it.each(['superuser', 'bypassrls'])('is refused as %s, and told of', async (right) => {
    await withLogin(context, 'createrole', async ({ open, admin, role }) => {
      const database = await open();
      await admin.query(`alter role ${role} ${right}`);
      const { status, checks } = await databaseHealth(database);
      expect(status).toBe('unhealthy');
      expect(checks.rowSecurity).toMatchObject({ status: 'unhealthy', code: 'CONFIGURATION' });
      await expect(open()).rejects.toThrow('no policy holds');
    });
  });

  it('is refused with the rights of the owner', async () => {
    await withLogin(context, 'createrole', async ({ open, admin, login, role }) => {
      await open();
      await admin.query(`revoke ${role} from ${login} cascade`);
      await admin.query(`grant ${login} to ${role}`);
      await expect(open()).rejects.toThrow('rights of the owner');
    });
  });
});

describeEngine('postgres', 'policies', (context) => {
  it('are part of the schema, also where row security is off', async () => {
    const url = await context.url();
    await context.raw(url).query('drop policy keelson_owner on jobs');
    const database = openDatabase({ url, env: {} });
    await expect(database.initialize()).rejects.toMatchObject({
      code: 'SCHEMA_VALIDATION',
      details: { differences: [{ kind: 'row-security', table: 'jobs' }] },
    });
    await database.close();
  });

  it.each([
    ['alter table jobs disable row level security'],
    ['create policy careless on jobs using (true)'],
    ['drop policy keelson_owner on jobs; create policy keelson_owner on jobs using (true)'],
    [`alter policy keelson_owner on jobs with check (true)`],
    [`alter policy keelson_owner on jobs to pg_monitor`],
  ])('are noticed when they are widened: %s', async (sql) => {
    const database = await context.open({ env });
    await context.raw(database.config.target.url).query(sql);
    const { checks } = await databaseHealth(database);
    expect(checks.rowSecurity?.faults.join()).toContain('jobs');
    await expect(database.migrations.validate()).rejects.toMatchObject({ code: 'SCHEMA_VALIDATION' });
  });

  describe("of an application's own table", () => {
    const notes = (protects: boolean): Migration => ({
      name: 'acme_0001_notes',
      up(m) {
        m.createTable('acme_notes', (t) => ({ user_id: t.userId(), id: t.uuid(), text: t.text({ max: 10 }) }), {
          primaryKey: ['user_id', 'id'],
        });
        if (protects) m.protectRows('acme_notes');
      },
    });

    it('are asked for where row security is on', async () => {
      const url = await context.url({ migrations: [notes(false)] });
      const refused = openDatabase({ url, env, migrations: [notes(false)] });
      await expect(refused.initialize()).rejects.toMatchObject({
        code: 'CONFIGURATION',
        hint: expect.stringContaining(`m.protectRows('acme_notes')`) as string,
      });
      await refused.close();
    });

    it('hold as soon as its migration has run, in a database that is open', async () => {
      const url = await context.url();
      const before = openDatabase({ url, env });
      await before.initialize();
      const database = openDatabase({ url, env, migrations: [notes(true)] });
      await database.migrations.migrate();
      for (const user of ['ada', 'eve'])
        await database
          .forUser(user)
          .run((db) => (db as never as LooseBuilder).insertInto('acme_notes').values({ id: MISSING, text: user }));
      const raw = context.raw(url);
      const [role] = await raw.query(`select 'keelson_tenant_' || session_user as name`);
      await raw.query(`set role "${String(role?.['name'])}"; set keelson.user_id = 'eve'`);
      expect(await raw.query('select text from acme_notes')).toEqual([{ text: 'eve' }]);
      await database.close();
      await before.close();
    });
  });
});

interface LooseBuilder {
  insertInto(table: string): { values(row: object): never };
}

describeEngine('postgres', "a user's statement", (context) => {
  it('is not run before the rows are secured', async () => {
    const engine = createPostgresEngine({ url: await context.emptyUrl(), rowSecurity: true });
    await expect(engine.execute(plan('select 1 as one'), [], 'ada')).rejects.toThrow('before the rows were secured');
    const transaction = await engine.begin({ mode: 'write' });
    await expect(transaction.execute(plan('select 1 as one'), [], 'ada')).rejects.toThrow(
      'before the rows were secured',
    );
    await transaction.rollback();
    await engine.close();
  });

  it('is prepared anew when the server has forgotten what was prepared', async () => {
    const engine = createPostgresEngine({ url: await context.url(), rowSecurity: true, poolSize: 1, maxOverflow: 0 });
    await engine.secureRows(['conversations']);
    const who = plan(`select current_setting('keelson.user_id') as who, current_user <> session_user as lowered`);
    for (const user of ['ada', 'eve']) {
      expect((await engine.execute(who, [], user)).rows).toEqual([{ who: user, lowered: true }]);
      await engine.exec('deallocate all');
      expect((await engine.execute(who, [], user)).rows).toEqual([{ who: user, lowered: true }]);
    }
    expect((await engine.execute(who, [])).rows).toEqual([{ who: '', lowered: false }]);
    await engine.close();
  });

  it('that nobody awaited is not kept when its transaction is rolled back, however many parts it was sent in', async () => {
    const url = await context.url();
    const engine = createPostgresEngine({ url, rowSecurity: true, poolSize: 1, maxOverflow: 0 });
    await engine.secureRows(['conversations']);
    const insert = plan(
      'insert into conversations (user_id, id, created_at, updated_at) values ($1, $2, now(), now())',
      {
        bulk: {
          table: 'conversations',
          columns: [
            { name: 'user_id', codec: 'text', value: { constant: 'ada' } },
            { name: 'id', codec: 'uuid', value: { parameter: 0 } },
            { name: 'created_at', codec: 'timestamp', value: { constant: '2026-01-01T00:00:00Z' } },
            { name: 'updated_at', codec: 'timestamp', value: { constant: '2026-01-01T00:00:00Z' } },
          ],
          suffix: '',
        },
      },
    );
    const ids = Array.from({ length: 5000 }, () => [randomUUID()]);
    const one = await engine.begin({ mode: 'write' });
    const single = errorOf(Promise.resolve(one.execute(insert, ['ada', randomUUID()], 'ada')));
    await one.rollback();
    const other = await engine.begin({ mode: 'write' });
    const bulk = errorOf(Promise.resolve(other.executeMany(insert, ids, 'ada')));
    await other.rollback();
    await Promise.all([single, bulk]);
    expect(await context.raw(url).query('select from conversations')).toEqual([]);
    await engine.close();
  });

  it('that fails leaves nothing behind, and its error is its own', async () => {
    const engine = createPostgresEngine({ url: await context.url(), rowSecurity: true, poolSize: 1, maxOverflow: 0 });
    await engine.secureRows(['conversations']);
    await expect(engine.execute(plan('select 1 / 0 as no'), [], 'ada')).rejects.toMatchObject({ code: 'QUERY' });
    await expect(engine.execute(plan('select nothing from nowhere'), [], 'ada')).rejects.toMatchObject({
      code: 'QUERY',
    });
    expect((await engine.execute(plan(`select current_user = session_user as own`), [])).rows).toEqual([{ own: true }]);
    expect(engine.pool()).toMatchObject({ size: 1, inUse: 0 });
    await engine.close();
  });
});
