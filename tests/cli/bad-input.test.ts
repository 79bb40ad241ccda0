import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeEngine } from '@keelson/db-core/testing';
import { sqliteUrlOf, temporaryFolder, unwritableFolder } from './support/folders.ts';
import { document, failure, keelson, start } from './support/keelson.ts';

describeEngine('sqlite', 'keelson and a file', (context) => {
  it('that is no database: left as it is', async () => {
    const path = join(temporaryFolder(), 'notes.db');
    const text =
      'These are notes and no database at all, and they go on for longer than a header of a hundred bytes would be.';
    writeFileSync(path, text);
    const url = sqliteUrlOf(path);
    const errors = await Promise.all([failure(['status'], { url, exit: 1 }), failure(['init'], { url, exit: 1 })]);
    for (const error of errors)
      expect(error).toMatchObject({ code: 'NOT_A_DATABASE', hint: expect.stringContaining('DATABASE_URL') });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('in a folder where nothing can be written, or that is none', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const [unwritable, inFile] = await Promise.all([
      failure(['init'], { url: sqliteUrlOf(join(unwritableFolder(), 'keelson', 'keelson.db')), exit: 1 }),
      failure(['init'], { url: sqliteUrlOf(join(file, 'keelson.db')), exit: 1 }),
    ]);
    expect(unwritable).toMatchObject({ code: 'UNWRITABLE_DATABASE', hint: expect.stringContaining('permission') });
    expect(inFile.code).toBe('UNWRITABLE_DATABASE');
  });

  it('that another process keeps locked: it waits DATABASE_TIMEOUT and says so; reading goes on', async () => {
    const url = await context.url();
    const other = context.raw(url);
    await other.query('BEGIN IMMEDIATE');
    const env = { DATABASE_TIMEOUT: '1' };
    const [locked, status] = await Promise.all([
      failure(['token', 'create'], { url, env, exit: 1 }),
      document(['status'], { url, env }),
    ]);
    expect(locked).toMatchObject({ code: 'LOCK_TIMEOUT', hint: expect.stringContaining('DATABASE_TIMEOUT') });
    expect(status).toMatchObject({ pending: [] });
    await other.query('ROLLBACK');
    expect(await document(['token', 'create'], { url, env })).toHaveProperty('token');
  });
});

describeEngine('postgres', 'keelson and a server', () => {
  it('that is not there, refuses, or says nothing', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const env = { DATABASE_TIMEOUT: '1' };
    const dead = { url: 'postgresql://ada:secret@127.0.0.1:1/shop', env };
    const mute = { url: `postgresql://ada:secret@127.0.0.1:${port}/shop`, env };
    const [refused, late, health] = await Promise.all([
      failure(['status'], { ...dead, exit: 1 }),
      failure(['status'], { ...mute, exit: 1 }),
      document(['health', '--timeout', '500'], { ...mute, code: 1 }),
    ]);
    expect(refused).toMatchObject({ code: 'CONNECTION_FAILED', message: expect.stringContaining('127.0.0.1:1/shop') });
    expect(late.code).toBe('CONNECTION_TIMEOUT');
    expect(health).toMatchObject({ status: 'unhealthy', checks: { connection: { code: 'CONNECTION_TIMEOUT' } } });
    expect(JSON.stringify([refused, late, health])).not.toContain('secret');
  });

  it('that says nothing: Ctrl-C ends the wait', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void silent.close());
    const connected = once(silent, 'connection');
    const { port } = silent.address() as { port: number };
    const running = start(['status'], { url: `postgresql://ada@127.0.0.1:${port}/shop` });
    await connected;
    const { code, stderr } = await running.signalled('SIGINT');
    expect(code).toBe(130);
    expect(stderr).toContain('INTERRUPTED');
  });
});

describeEngine('sqlite', 'keelson and its settings', () => {
  it('names every fault of them at once, wherever they are written', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, '.env'), 'DATABASE_TIMEOUT=soon\nDATABASE_POOL_SIZE=-1\n');
    const error = await failure(['status'], { cwd, env: { DATABASE_URL: 'mysql://ada:secret@db/shop' }, exit: 2 });
    expect(error.code).toBe('CONFIGURATION');
    for (const name of ['DATABASE_TIMEOUT', 'DATABASE_POOL_SIZE', 'DATABASE_URL'])
      expect(error.message).toContain(name);
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('takes --url before them, and data/keelson.db without any', async () => {
    const cwd = temporaryFolder();
    const url = sqliteUrlOf(join(cwd, 'other.db'));
    const [typed, none, empty] = await Promise.all([
      document(['init', '--url', url], {
        cwd,
        env: { DATABASE_URL: 'postgresql://ada@127.0.0.1:1/shop', DATABASE_TYPE: 'postgresql' },
      }),
      document(['init'], { cwd, env: { DATABASE_URL: '' } }),
      failure(['status', '--url', ''], { cwd, exit: 2 }),
    ]);
    expect(typed['database']).toMatch(/other\.db$/);
    expect(none['database']).toMatch(/data[/\\]keelson\.db$/);
    expect(empty.code).toBe('USAGE');
  });
});

describeEngine('sqlite', 'keelson and a command line', (context) => {
  it('that it does not understand: says which word, and what may have been meant', async () => {
    const url = await context.url();
    const [command, plain] = await Promise.all([
      failure(['status', '--jsn'], { url, exit: 2 }),
      keelson(['stauts'], { url }),
    ]);
    expect(command).toMatchObject({ code: 'USAGE', hint: expect.stringContaining('--json') });
    expect(plain).toEqual({
      code: 2,
      stdout: '',
      stderr: "error: Unknown command 'stauts'. (USAGE)\nhint:  Did you mean status?\n",
    });
  });

  it('without a command: shows what there is, and is a mistake', async () => {
    const { code, stdout, stderr } = await keelson([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('conversations');
  });

  it('run by a Node that is too old: one line, before anything is loaded', async () => {
    const older = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
    const { code, stdout, stderr } = await keelson(['status'], { node: ['--import', older] });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^keelson needs Node 22\.18 or newer; this is Node 20\.20\.2\..*\n$/);
  });
});

describeEngine('sqlite', 'keelson create-migration', () => {
  it("writes an application's next migration, and never over another", async () => {
    const folder = join(temporaryFolder(), 'migrations');
    const first = await document<{ name: string; path: string; index: string }>([
      'create-migration',
      'Add invoices!',
      '--folder',
      folder,
      '--prefix',
      'shop',
    ]);
    expect(first).toMatchObject({ name: 'shop_0001_add_invoices', path: join(folder, 'shop_0001_add_invoices.ts') });
    const second = await document(['create-migration', 'Add a due date', '--folder', folder, '--prefix', 'shop']);
    expect(second['name']).toBe('shop_0002_add_a_due_date');
    expect(readdirSync(folder).sort()).toEqual([
      'index.ts',
      'shop_0001_add_invoices.ts',
      'shop_0002_add_a_due_date.ts',
    ]);
    expect(readFileSync(first.index, 'utf8')).toMatch(/shop_0001_add_invoices[\s\S]*shop_0002_add_a_due_date/);
  });

  it("writes Keelson's own in a clone of it, from any folder of the clone", async () => {
    const clone = temporaryFolder();
    const migrations = join(clone, 'packages/db-core/migrations');
    const below = join(clone, 'apps/cli/src');
    mkdirSync(migrations, { recursive: true });
    mkdirSync(below, { recursive: true });
    const made = await document(['create-migration', 'Add tags to conversations'], { cwd: below });
    expect(made['name']).toBe('0001_add_tags_to_conversations');
    expect(existsSync(join(migrations, '0001_add_tags_to_conversations.ts'))).toBe(true);
    const [nowhere, wordless] = await Promise.all([
      failure(['create-migration', 'Add tags'], { cwd: temporaryFolder(), exit: 2 }),
      failure(['create-migration', '!!!'], { cwd: clone, exit: 2 }),
    ]);
    expect(nowhere.hint).toContain('--folder');
    expect(wordless.code).toBe('CONFIGURATION');
  });
});
