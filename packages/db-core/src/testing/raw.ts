import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { parseDatabaseUrl } from '../config/database-url.ts';
import type { Row } from '../engine/contract.ts';

/** A connection on the bare driver, to look at what is stored, or to do what Keelson wouldn't. */
export interface RawConnection {
  /** Rows as the driver gives them. Parameters are written `$1`, `$2`… on both engines. */
  query(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Connects at the first query. */
export function openRaw(url: string): RawConnection {
  const target = parseDatabaseUrl(url);
  return target.engine === 'sqlite' ? new RawSqlite(target.path) : new RawPostgres(url);
}

class RawSqlite implements RawConnection {
  readonly #path: string;
  #database: Sqlite.Database | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    this.#database ??= new Sqlite(this.#path);
    const ordered: unknown[] = [];
    const text = sql.replaceAll(/\$(\d+)/g, (_, number: string) => {
      ordered.push(values[Number(number) - 1]);
      return '?';
    });
    const statement = this.#database.prepare(text);
    if (statement.reader) return statement.all(...ordered) as Row[];
    statement.run(...ordered);
    return [];
  }

  async close(): Promise<void> {
    this.#database?.close();
  }
}

class RawPostgres implements RawConnection {
  readonly #url: string;
  #connecting: Promise<pg.Client> | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    this.#connecting ??= connect(this.#url);
    const client = await this.#connecting;
    const result = await client.query<Row>(sql, [...values]);
    return result.rows;
  }

  async close(): Promise<void> {
    const client = await this.#connecting?.catch(() => undefined);
    this.#connecting = undefined;
    await client?.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'keelson raw test connection' });
  // The test may well end this connection on purpose; its next query then says so.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
