/**
 * `pnpm bench:recovery ENGINE [--megabytes 1000] [--url URL] [--json]`: how long
 * full and incremental backups of a database of that size take and how large they are, and how long it takes to have it back.
 * ENGINE is `sqlite` (a file in the temporary folder, or --url) or `postgres` (a server of its own, whose files are in memory
 * and never flushed, or an empty database: --url). Everything is made up and removed at the end, except what --url names.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import {
  type Backup,
  backupDatabase,
  backupIncrement,
  type Database,
  defineQuery,
  ensureIdentity,
  loadDatabaseConfig,
  newId,
  NoIncrement,
  openDatabase,
  type Restored,
  restoreBackup,
  verifyBackup,
} from '@keelson/db-core';
import { startPostgresServer } from '@keelson/db-core/testing';
import { Population } from './population.ts';
import { store } from './seed.ts';

const MEGABYTE = 1_000_000;
/** What is changed between two increments, a busy quarter of an hour: these, and 20,000 messages that are new. */
const RENAMED = 1000;
const INCREMENTS = 2;

interface Timed {
  readonly seconds: number;
  readonly megabytes: number;
}

interface MadeBackup extends Timed {
  readonly rows: number;
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: {
    megabytes: { type: 'string', default: '1000' },
    url: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const rename = defineQuery('recovery.rename', (db, p: { number: number; title: string; now: Date }) =>
  db
    .updateTable('conversations')
    .set({ title: p.title, updated_at: p.now })
    .where('id', 'in', (eb) => eb.selectFrom('conversations').select('id').orderBy('id').limit(p.number)),
);

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Made-up people with conversations, until the database has that size. */
async function fill(database: Database, bytes: number): Promise<number> {
  for (let turn = 0; ; turn += 1) {
    const { sizeBytes } = await database.info();
    if (sizeBytes >= bytes) return turn;
    if (turn % 5 === 0) tell(`filled: ${Math.round(sizeBytes / MEGABYTE)} MB`);
    await store(database, people(turn));
  }
}

function people(turn: number): Population {
  return new Population({
    users: ['ada', 'barbara', 'edsger', 'grace', 'tony'].map((name) => `${name} ${turn}`),
    seed: turn,
  });
}

async function change(database: Database, turn: number): Promise<void> {
  await store(database, people(1_000_000 + turn));
  for (let user = 0; user < 5; user += 1)
    await database
      .forUser(`ada ${user}`)
      .run(rename, { number: RENAMED / 5, title: `changed ${turn}`, now: new Date() });
}

async function made(make: () => Promise<Backup>): Promise<MadeBackup & { file: string; at: Date }> {
  const { file, bytes, rows, durationMs, takenAt } = await make();
  return { file, at: takenAt, rows, seconds: durationMs / 1000, megabytes: bytes / MEGABYTE };
}

async function increment(database: Database): Promise<Backup> {
  const backup = await backupIncrement(database);
  if (backup instanceof NoIncrement) throw new Error(backup.why);
  return backup;
}

/** What was there is removed again; the next one finds as much as this one did. */
async function restored(url: string, folder: string, to: Date): Promise<Restored> {
  const config = loadDatabaseConfig({ url, env: {} });
  const done = await restoreBackup(folder, { config, to });
  if (done.kept === null) return done;
  if (config.target.engine === 'sqlite') rmSync(done.kept, { force: true });
  else {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`DROP SCHEMA "${done.kept}" CASCADE`);
    await client.end();
  }
  return done;
}

async function measure(url: string, folder: string): Promise<object> {
  const env = { BACKUP_FOLDER: join(folder, 'backups'), DATABASE_STATEMENT_TIMEOUT: '600' };
  const database = openDatabase({ url, env });
  await database.initialize();
  await ensureIdentity(database, 'benchmark');
  await fill(database, Number(values.megabytes) * MEGABYTE);
  const { sizeBytes } = await database.info();
  tell('a full backup');
  const full = await made(() => backupDatabase(database));
  const started = performance.now();
  await verifyBackup(full.file, { secretKeys: database.config.secretKeys });
  const readBackSeconds = (performance.now() - started) / 1000;
  tell('increments');
  const idle = await made(() => increment(database));
  const increments = [];
  for (let turn = 0; turn < INCREMENTS; turn += 1) {
    await change(database, turn);
    increments.push(await made(() => increment(database)));
  }
  // What is written now is what a disaster takes.
  const last = increments.at(-1);
  const lost = new Date();
  await database.forUser('ada 0').run(rename, { number: 1, title: `lost ${newId()}`, now: lost });
  await database.close();
  tell('restoring the full one');
  const whole = await restored(url, env.BACKUP_FOLDER, full.at);
  tell('restoring it with its increments');
  const chain = await restored(url, env.BACKUP_FOLDER, lost);
  return {
    engine: positionals[0],
    databaseMegabytes: sizeBytes / MEGABYTE,
    full: short(full),
    readBackSeconds,
    idleIncrement: short(idle),
    increments: increments.map(short),
    restoreSeconds: whole.durationMs / 1000,
    restoreToSeconds: chain.durationMs / 1000,
    incrementsRestored: chain.increments,
    reached: chain.reached,
    isLast: chain.reached?.getTime() === last?.at.getTime(),
    machine: { cores: availableParallelism(), load: loadavg().map((each) => Math.round(each * 10) / 10) },
  };
}

function short({ rows, seconds, megabytes }: MadeBackup): MadeBackup {
  return { rows, seconds, megabytes };
}

const [engine] = positionals;
if (engine !== 'sqlite' && engine !== 'postgres') {
  tell('Say which engine: sqlite or postgres.');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'keelson-recovery-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
const server = engine === 'postgres' && values.url === undefined ? await startPostgresServer() : undefined;
try {
  const result = await measure(values.url ?? server?.url ?? `sqlite:///${join(folder, 'recovery.db')}`, folder);
  console.log(values.json ? JSON.stringify(result) : JSON.stringify(result, null, 2));
} finally {
  await server?.stop();
}
