import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { parseDatabaseUrl } from '../config/database-url.ts';
import { postgresUrl } from '../config/postgres-url.ts';

const SESSIONS_END_MS = 3000;

/** Makes, copies and drops the databases of one test run on its server. */
export class PostgresDatabases {
  readonly #serverUrl: string;
  readonly #runId: string;
  #connecting: Promise<pg.Client> | undefined;
  #copyStrategy = '';
  #locale = '';

  constructor(serverUrl: string, runId: string) {
    this.#serverUrl = serverUrl;
    this.#runId = runId;
  }

  urlOf(name: string): string {
    const target = parseDatabaseUrl(this.#serverUrl);
    if (target.engine !== 'postgres') throw new Error('KEELSON_TEST_POSTGRES_URL must begin with postgresql://.');
    return postgresUrl({ ...target, database: name });
  }

  /** A database without tables. Gives its name. */
  async createEmpty(): Promise<string> {
    await this.#admin();
    return this.#create(`template template0 ${this.#locale}`);
  }

  async clone(template: string): Promise<string> {
    return this.#create(`template "${template}" ${this.#copyStrategy}`);
  }

  /** Makes a template once for all processes of the run: whoever comes first fills it, the others wait. Gives its name. */
  async template(key: string, fill: (url: string) => Promise<void>): Promise<string> {
    const name = `keelson_template_${this.#runId}_${key}`;
    const admin = await this.#admin();
    if (await this.#isTemplate(name)) return name;
    await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
    try {
      if (await this.#isTemplate(name)) return name;
      // One that isn't marked was left half made by a process that died.
      await admin.query(`drop database if exists "${name}" with (force)`);
      await admin.query(`create database "${name}" template template0 ${this.#locale}`);
      await fill(this.urlOf(name));
      await this.endOfSessions(name);
      await admin.query(`alter database "${name}" with is_template true allow_connections false`);
      return name;
    } finally {
      await admin.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]);
    }
  }

  /** Waits until nobody is connected. Gives the sessions that stay. */
  async endOfSessions(name: string): Promise<readonly string[]> {
    const admin = await this.#admin();
    const until = Date.now() + SESSIONS_END_MS;
    for (;;) {
      const { rows } = await admin.query<{ session: string }>(
        `select format('%s (%s): %s', application_name, state, left(query, 200)) as session from pg_stat_activity where datname = $1`,
        [name],
      );
      if (rows.length === 0 || Date.now() > until) return rows.map(({ session }) => session);
      await sleep(5);
    }
  }

  async drop(name: string): Promise<void> {
    const admin = await this.#admin();
    await admin.query(`drop database if exists "${name}" with (force)`);
  }

  /** Drops everything that this run made. */
  async dropAll(): Promise<void> {
    const admin = await this.#admin();
    const { rows } = await admin.query<{ name: string; template: boolean }>(
      `select datname as name, datistemplate as template from pg_database where datname like 'keelson\\_%\\_' || $1 || '\\_%'`,
      [this.#runId],
    );
    for (const { name, template } of rows) {
      if (template) await admin.query(`alter database "${name}" with is_template false`);
      await this.drop(name);
    }
  }

  async close(): Promise<void> {
    const client = await this.#connecting?.catch(() => undefined);
    this.#connecting = undefined;
    await client?.end();
  }

  async #create(from: string): Promise<string> {
    const name = `keelson_test_${this.#runId}_${randomBytes(6).toString('hex')}`;
    const admin = await this.#admin();
    await admin.query(`create database "${name}" ${from}`);
    return name;
  }

  async #isTemplate(name: string): Promise<boolean> {
    const admin = await this.#admin();
    const { rows } = await admin.query('select from pg_database where datname = $1 and datistemplate', [name]);
    return rows.length > 0;
  }

  #admin(): Promise<pg.Client> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#serverUrl, application_name: 'keelson tests' });
    client.on('error', () => {
      this.#connecting = undefined;
    });
    await client.connect();
    const { rows } = await client.query<{ number: number; english: boolean }>(
      `select current_setting('server_version_num')::integer as number,
              exists (select from pg_collation where collname = 'en-US-x-icu') as english`,
    );
    const { number = 0, english = false } = rows[0] ?? {};
    if (number >= 150_000) {
      // Copying files takes half the time of copying through the log. Before version 15 there was nothing else.
      this.#copyStrategy = 'strategy file_copy';
      // As servers are set up, and not as the tests would like it: text that is sorted by the database's language shows.
      if (english) this.#locale = `locale_provider icu icu_locale 'en-US'`;
    }
    return client;
  }
}
