import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversations, conversationSources } from '@keelson/conversations';
import {
  Accounts,
  ConfigurationError,
  type Database,
  loadDatabaseConfig,
  openDatabase,
  readIdentity,
  RestoreRefusedError,
  scrubDatabase,
  Search,
} from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { filesWith } from '../erasure/byte-search.ts';
import { seeded } from '../kill/seeded.ts';
import { faultsIn, sessionsEnd } from '../kill/sound.ts';
import { Child } from '../support/child.ts';
import { fillSource, WORDS } from './fill.ts';

/** Rows that belong together, as what is the same in the source and in the copy. */
const JOINS: Readonly<Record<string, string>> = {
  'messages of conversations': `SELECT c.id AS a, m.id AS b, m.seq, m.role, length(m.content) AS l FROM conversations c
    JOIN conversation_messages m ON m.user_id = c.user_id AND m.conversation_id = c.id`,
  'conversations of one owner': `SELECT a.id AS a, b.id AS b FROM conversations a JOIN conversations b ON a.user_id = b.user_id`,
  'conversations of members and organisations': `SELECT c.id AS a, m.role AS b FROM conversations c
    JOIN memberships m ON CAST(m.organisation_id AS text) = c.user_id OR m.member_id = c.user_id`,
  'conversations of accounts': `SELECT c.id AS a, u.created_at AS b FROM conversations c
    JOIN users u ON CAST(u.id AS text) = c.user_id OR u.email = c.user_id`,
  'messages of the same content': `SELECT count(*) AS a, length(content) AS b FROM conversation_messages GROUP BY content`,
  'messages of the same request': `SELECT a.id AS a, b.id AS b FROM conversation_messages a
    JOIN conversation_messages b ON a.request_id = b.request_id`,
  'titles that are missing': 'SELECT id AS a, length(title) AS b FROM conversations',
};

/** `KEELSON_KILL_ROUNDS=50 vitest run tests/scrub` looks harder. */
const ROUNDS = Number(process.env['KEELSON_KILL_ROUNDS'] ?? 2);

describeEngines('a scrubbed copy', (context) => {
  async function textOf(url: string): Promise<string> {
    const raw = context.raw(url);
    const tables = await raw.query(
      context.engine === 'sqlite'
        ? `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
        : `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    );
    const texts: string[] = [];
    for (const { name } of tables)
      texts.push(`${String(name)} ${JSON.stringify(await raw.query(`SELECT * FROM "${String(name)}"`), undefined, 1)}`);
    return texts.join('\n');
  }

  async function joinsOf(url: string): Promise<Record<string, string[]>> {
    const raw = context.raw(url);
    const found: Record<string, string[]> = {};
    for (const [name, sql] of Object.entries(JOINS))
      found[name] = (await raw.query(sql)).map((row) => JSON.stringify(Object.values(row))).sort();
    return found;
  }

  async function source(): Promise<{ database: Database; url: string; ids: readonly string[] }> {
    const url = await context.url();
    const database = openDatabase({ url, env: {} });
    return { database, url, ids: await fillSource(database) };
  }

  it('has every row, its joins and its shape, and nothing personal', async () => {
    const { database, url, ids } = await source();
    const before = await textOf(url);
    const to = await context.emptyUrl();
    const config = loadDatabaseConfig({ url: to, env: {} });
    const looked = await scrubDatabase(database, { to: config, sources: conversationSources, dryRun: true });
    expect(looked.made).toBe(false);
    expect(looked.tables.find(({ name }) => name === 'conversations')).toMatchObject({ rows: 12, emptied: null });
    if (context.engine === 'sqlite') expect(existsSync(new URL(to.replace('sqlite:///', 'file://')))).toBe(false);

    const stages = new Set<string>();
    const scrubbed = await scrubDatabase(database, {
      to: config,
      sources: conversationSources,
      onProgress: ({ stage }) => void stages.add(stage),
    });
    await database.close();
    expect([...stages].sort()).toEqual(['checking', 'copying', 'indexing']);
    expect(await textOf(url)).toBe(before);

    const text = await textOf(to);
    for (const word of [...WORDS, ...ids]) {
      expect(before.includes(word), word).toBe(true);
      expect(text.includes(word), word).toBe(false);
    }
    if (config.target.engine === 'sqlite') {
      const { path } = config.target;
      for (const word of [...WORDS, ...ids]) expect(filesWith(word, dirname(path)), word).toEqual([]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readdirSync(dirname(path)).filter((name) => name.startsWith('.keelson-work'))).toEqual([]);
    }
    expect(await joinsOf(to)).toEqual(await joinsOf(url));
    for (const rows of Object.values(await joinsOf(to))) expect(rows.length).toBeGreaterThan(0);

    const rowsOf = new Map(scrubbed.tables.map(({ name, rows }) => [name, rows]));
    for (const [name, rows] of Object.entries({ users: 2, organisations: 1, memberships: 2, conversations: 12 }))
      expect(rowsOf.get(name), name).toBe(rows);
    const emptied = scrubbed.tables.filter((table) => table.emptied !== null);
    expect(emptied.every(({ rows }) => rows === 0)).toBe(true);
    expect(emptied.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['api_tokens', 'change_log', 'jobs', 'system_logs', 'user_sessions']),
    );
  });

  it('can be used: it is searched, written and is a database of its own', async () => {
    const { database, url } = await source();
    const to = await context.emptyUrl();
    await scrubDatabase(database, {
      to: loadDatabaseConfig({ url: to, env: {} }),
      sources: conversationSources,
      environment: 'test',
    });
    const original = await readIdentity(database);
    await database.close();
    expect(await faultsIn(context, to)).toEqual([]);
    await using copy = openDatabase({ url: to, env: {} });
    await copy.initialize();
    const identity = await readIdentity(copy);
    expect(identity?.environment).toBe('test');
    expect(identity?.id).not.toBe(original?.id);
    const { items: people } = await new Accounts(copy).list({});
    for (const { email } of people) expect(email).toMatch(/^u[a-z2-7]{16,}@example\.invalid$/);
    const raw = context.raw(to);
    expect(await raw.query('SELECT id FROM users WHERE password_hash IS NOT NULL')).toEqual([]);

    const [row] = await raw.query("SELECT user_id FROM conversations WHERE user_id LIKE 'user-%' LIMIT 1");
    const owner = String(row?.['user_id']);
    const chats = new Conversations(copy, owner);
    const { items } = await chats.listConversations();
    expect(items).toHaveLength(3);
    const { items: said } = await chats.getMessages({ conversationId: items[0]!.id });
    expect(said[0]?.parts).toEqual([{ type: 'text', text: expect.stringMatching(/^[a-z]{11}$/) as string }]);
    expect(said[0]?.content).toContain('@');
    const word = said[1]!.content.split(' ')[0]!;
    const { items: hits } = await new Search(copy, conversationSources).search(owner, { query: word });
    expect(hits.length).toBeGreaterThan(0);
    await chats.saveUserMessage({ conversationId: items[0]!.id, content: 'something new' });
    expect(await chats.getMessageCount(items[0]!.id)).toBe(4);
    // What triggers do was made, too.
    expect((await raw.query('SELECT seq FROM change_log')).length).toBeGreaterThan(0);
    expect(await faultsIn(context, url)).toEqual([]);
  });

  it('is refused where something is, and of columns of which nobody knows', async () => {
    const { database, url } = await source();
    const there = loadDatabaseConfig({ url: await context.url(), env: {} });
    await expect(scrubDatabase(database, { to: there, dryRun: true })).rejects.toThrow(RestoreRefusedError);
    await expect(scrubDatabase(database, { to: there })).rejects.toThrow(RestoreRefusedError);
    await expect(scrubDatabase(database, { to: database.config })).rejects.toThrow(RestoreRefusedError);
    const other = context.engine === 'sqlite' ? 'postgresql://ada@127.0.0.1:1/x' : 'sqlite:////tmp/never-made.db';
    await expect(scrubDatabase(database, { to: loadDatabaseConfig({ url: other, env: {} }) })).rejects.toThrow(
      ConfigurationError,
    );
    await context.raw(url).query('CREATE TABLE foreign_things (said varchar(10))');
    const to = loadDatabaseConfig({ url: await context.emptyUrl(), env: {} });
    await expect(scrubDatabase(database, { to })).rejects.toThrow(/foreign_things\.said/);
    await database.close();
  });

  it('whose making is killed is not there, or whole', { timeout: 60_000 + ROUNDS * 20_000 }, async () => {
    const { database, url } = await source();
    await database.close();
    const random = seeded(3);
    let interrupted = 0;
    const to = await context.emptyUrl();
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = new Child(join(import.meta.dirname, 'scrubbing-process.ts'), [url, to]);
      await child.line(1 + Math.ceil(random() * 8));
      await sleep(random() * 30);
      const { lines } = await child.kill();
      await sessionsEnd(context, to);
      if (lines.includes('done')) break;
      interrupted += 1;
      if (context.engine === 'sqlite') {
        expect(existsSync(to.replace('sqlite:///', ''))).toBe(false);
        continue;
      }
      const raw = context.raw(to);
      expect(await raw.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
      await raw.close();
    }
    expect(interrupted).toBeGreaterThan(0);
    const config = loadDatabaseConfig({ url: to, env: {} });
    await using again = openDatabase({ url, env: {} });
    if (interrupted === ROUNDS) await scrubDatabase(again, { to: config, sources: conversationSources });
    expect(await joinsOf(to)).toEqual(await joinsOf(url));
    const left = await context
      .raw(to)
      .query(
        context.engine === 'sqlite'
          ? 'SELECT 1 AS one WHERE 1 = 0'
          : "SELECT nspname FROM pg_namespace WHERE nspname LIKE '%\\_restore\\_%'",
      );
    expect(left).toEqual([]);
  });
});
