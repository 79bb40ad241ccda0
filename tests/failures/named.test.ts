import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConversationNotFoundError, Conversations } from '@keelson/conversations';
import {
  CheckViolationError,
  ConnectionFailedError,
  ConnectionLostError,
  type Database,
  type DatabaseEvent,
  defineQuery,
  ForeignKeyViolationError,
  type KeelsonError,
  LockTimeoutError,
  newId,
  openDatabase,
  UnwritableDatabaseError,
} from '@keelson/db-core';
import { describeEngine, describeEngines, type RawConnection } from '@keelson/db-core/testing';
import { describe, expect, it } from 'vitest';

const insertMessage = defineQuery('test.insertMessage', (db, p: { conversationId: string; role: string }) =>
  db.insertInto('conversation_messages').values({
    id: newId(),
    conversation_id: p.conversationId,
    seq: 1,
    role: p.role as 'user',
    content: 'x',
    created_at: new Date(),
  }),
);
const countAll = defineQuery('test.count', (db) =>
  db.selectFrom('conversations').select(({ fn }) => fn.countAll<number>().as('count')),
);

/** Waits, for a while, until something holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await holds()) return;
    await sleep(10);
  }
  throw new Error('It never came to be.');
}

function retriesIn(events: readonly DatabaseEvent[]): number {
  return events.filter(({ type }) => type === 'retry').length;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}

describe('a database file that is not writable', () => {
  it('is told when the database is initialised', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-unwritable-'));
    writeFileSync(join(folder, 'file'), '');
    await using database = openDatabase({ url: `sqlite:///${join(folder, 'file', 'data.db')}`, env: {} });
    await expect(database.initialize()).rejects.toThrow(UnwritableDatabaseError);
    rmSync(folder, { recursive: true });
  });
});

describe('a PostgreSQL server that is down', () => {
  it('is tried as often as configured, and then told', async () => {
    const events: DatabaseEvent[] = [];
    const env = { DATABASE_INIT_RETRY_COUNT: '2', DATABASE_INIT_RETRY_DELAY_MS: '5' };
    const url = `postgresql://nobody@127.0.0.1:${await freePort()}/nothing`;
    await using database = openDatabase({ url, env, onEvent: (event) => events.push(event) });
    const failure = await database.initialize().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectionFailedError);
    expect((failure as KeelsonError).hint).not.toBe('');
    expect(retriesIn(events)).toBe(2);
  });
});

describeEngines('a lock that another one holds', (context) => {
  it('is waited for', async () => {
    const database = await context.open();
    const raw = context.raw(database.config.target.url);
    await lock(raw, context.engine);
    const write = new Conversations(database, 'ada').createConversation({ title: 'waited' });
    await sleep(60);
    expect(await Promise.race([write, sleep(1, 'waiting')])).toBe('waiting');
    await raw.query('COMMIT');
    expect((await write).title).toBe('waited');
  });

  it('is given up after the time that is configured', async () => {
    const env = { DATABASE_TIMEOUT: '1', DATABASE_STATEMENT_TIMEOUT: '1' };
    const database = await context.open({ env });
    const raw = context.raw(database.config.target.url);
    await lock(raw, context.engine);
    const failure = await new Conversations(database, 'ada')
      .createConversation({ title: 'late' })
      .catch((error: unknown) => error);
    if (context.engine === 'sqlite') expect(failure).toBeInstanceOf(LockTimeoutError);
    else expect(failure).toMatchObject({ code: 'STATEMENT_TIMEOUT' });
    await raw.query('ROLLBACK');
    expect(await database.forUser('ada').first(countAll)).toEqual({ count: 0 });
  });
});

async function lock(raw: RawConnection, engine: 'sqlite' | 'postgres'): Promise<void> {
  await raw.query(engine === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN');
  if (engine === 'postgres') await raw.query('LOCK TABLE conversations IN EXCLUSIVE MODE');
}

describeEngines('a mistake in what is written', (context) => {
  it('that breaks a foreign key fails at once', async () => {
    const events: DatabaseEvent[] = [];
    const database = await context.open({ onEvent: (event) => events.push(event) });
    const write = database.forUser('ada').run(insertMessage, { conversationId: newId(), role: 'user' });
    await expect(write).rejects.toThrow(ForeignKeyViolationError);
    expect(retriesIn(events)).toBe(0);
  });

  it('that names an invalid role fails at once', async () => {
    const events: DatabaseEvent[] = [];
    const database = await context.open({ onEvent: (event) => events.push(event) });
    const { id } = await new Conversations(database, 'ada').createConversation();
    const write = database.forUser('ada').run(insertMessage, { conversationId: id, role: 'robot' });
    await expect(write).rejects.toThrow(CheckViolationError);
    expect(retriesIn(events)).toBe(0);
  });

  it('that names an unknown conversation says so', async () => {
    const database = await context.open();
    const write = new Conversations(database, 'ada').saveUserMessage({ conversationId: newId(), content: 'x' });
    await expect(write).rejects.toThrow(ConversationNotFoundError);
  });
});

describeEngine('postgres', 'a connection that is lost (a file has none)', (context) => {
  it('fails a read at once, and has a write done again', async () => {
    const events: DatabaseEvent[] = [];
    const database = await context.open({ onEvent: (event) => events.push(event) });
    const raw = context.raw(database.config.target.url);
    const chats = new Conversations(database, 'ada');

    await raw.query('BEGIN');
    await raw.query('LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE');
    const read = database
      .forUser('ada')
      .first(countAll)
      .catch((error: unknown) => error);
    await disconnect(context.raw(database.config.target.url));
    expect(await read).toBeInstanceOf(ConnectionLostError);
    expect(retriesIn(events)).toBe(0);

    const write = database.transaction('ada', () => chats.createConversation({ title: 'kept' }));
    await disconnect(context.raw(database.config.target.url));
    await raw.query('COMMIT');
    expect((await write).title).toBe('kept');
    expect(retriesIn(events)).toBe(1);
    expect(await count(database)).toBe(1);
  });
});

/** Ends the session that waits for the lock. */
async function disconnect(raw: RawConnection): Promise<void> {
  await until(async () => {
    const rows = await raw.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
}

async function count(database: Database): Promise<number | undefined> {
  return (await database.forUser('ada').first(countAll))?.count;
}
