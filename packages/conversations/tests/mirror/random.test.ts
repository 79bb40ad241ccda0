import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Database, defineQuery, Erasures, newId, openDatabase } from '@keelson/db-core';
import { describeEngines, type EngineContext } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { Conversations } from '../../src/index.ts';
import { allText, expected, mirrored, mirrorOnce } from './support.ts';

/** `pnpm test:faults` looks harder, and so does `KEELSON_MIRROR_RUNS=100 KEELSON_MIRROR_SEED=7`. */
const RUNS = Number(process.env['KEELSON_MIRROR_RUNS'] ?? (process.env['KEELSON_FAULTS'] === 'long' ? 60 : 3));
const SEED = Number(process.env['KEELSON_MIRROR_SEED'] ?? 1);
const RUN_MS = 20_000;
const WORD = 'quetzalcoatl';
const USERS = ['ada', 'bob'];
/** The same for every user: only the owner tells them apart. */
const IDS = [newId(), newId()];

/** One thing that happens to the source or to the mirror; numbers choose among what there is. */
type Deed =
  | {
      readonly do: 'create' | 'delete' | 'restore' | 'erase' | 'freeze' | 'thaw' | 'archive';
      readonly user: number;
      readonly id: number;
    }
  | { readonly do: 'say'; readonly user: number; readonly id: number; readonly turns: number }
  | { readonly do: 'erase-owner'; readonly user: number }
  | { readonly do: 'epoch' | 'prune' | 'mirror' }
  /** A run that ends at one of its steps. */
  | { readonly do: 'interrupt'; readonly step: number };

const user = fc.nat(USERS.length - 1);
const id = fc.nat(IDS.length - 1);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('create' as const), user, id }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('say' as const), user, id, turns: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constantFrom(...(['delete', 'restore', 'erase', 'freeze', 'thaw', 'archive'] as const)),
      user,
      id,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase-owner' as const), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('epoch' as const, 'prune' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('interrupt' as const), step: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mirror' as const) }) },
);

/** No method does it; whoever looks after the database may. */
const restore = defineQuery('test.restoreConversation', (db, p: { id: string }) =>
  db.updateTable('conversations').set({ status: 'ACTIVE' }).where('id', '=', p.id).where('status', '=', 'DELETED'),
);

class Stopped extends Error {}

async function happen(source: Database, url: string, what: Deed): Promise<void> {
  switch (what.do) {
    case 'mirror':
      await mirrorOnce(source, url);
      return;
    case 'interrupt':
      await interrupted(source, url, what.step);
      return;
    case 'epoch':
      await source.changes.startEpoch();
      return;
    case 'prune':
      await source.changes.prune({ keepMs: 0, keepRows: 0 });
      return;
    case 'erase-owner':
      await new Erasures(source).eraseOwner(USERS[what.user]!, { rewrite: false });
      return;
    default:
      await change(source, what);
  }
}

async function change(source: Database, what: Extract<Deed, { id: number }>): Promise<void> {
  const chats = new Conversations(source, USERS[what.user]!);
  const conversationId = IDS[what.id]!;
  const metadata = { modelName: `model-${what.id}`, tokens: 3, latencyMs: 40, note: WORD };
  try {
    if (what.do === 'create')
      await chats.createConversation({ id: conversationId, title: WORD, metadata: { note: WORD } });
    else if (what.do === 'say')
      for (let turn = 0; turn < what.turns; turn += 1)
        await chats.saveAssistantMessage({ conversationId, content: WORD, metadata });
    else if (what.do === 'restore') await source.forUser(USERS[what.user]!).run(restore, { id: conversationId });
    else if (what.do === 'delete') await chats.deleteConversation(conversationId);
    else if (what.do === 'erase') await chats.eraseConversation(conversationId);
    else if (what.do === 'freeze') await chats.freezeConversation(conversationId);
    else if (what.do === 'thaw') await chats.thawConversation(conversationId);
    else await chats.archiveConversation(conversationId);
  } catch (error) {
    // What was chosen may not be there, or be there already.
    if (!String((error as { code?: unknown }).code).startsWith('CONVERSATION_')) throw error;
  }
}

/** Ends the run between two of its transactions: what one of them had begun the database undoes by itself. */
async function interrupted(source: Database, url: string, step: number): Promise<void> {
  let steps = 0;
  const stop = new AbortController();
  const run = mirrorOnce(source, url, {
    pageSize: 2,
    leaseMs: 300,
    signal: stop.signal,
    onEvent: () => {
      steps += 1;
      if (steps === step) throw new Stopped();
      if (steps === step - 1) queueMicrotask(() => stop.abort());
    },
  });
  await run.catch((error: unknown) => {
    if (!(error instanceof Stopped)) throw error;
  });
}

/** A SQLite file for a source, whatever engine the mirror has. */
async function sqliteSource(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-mirror-'));
  const source = openDatabase({ url: `sqlite:///${join(folder, 'source.db')}`, env: {} });
  onTestFinished(async () => {
    await source.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await source.initialize();
  return source;
}

async function showSame(context: EngineContext, source: Database): Promise<void> {
  const runs = fc.sample(fc.array(deed, { minLength: 12, maxLength: 24 }), { seed: SEED, numRuns: RUNS });
  const url = await context.emptyUrl();
  await mirrorOnce(source, url);
  const raw = context.raw(url);
  for (const deeds of runs) {
    for (const what of deeds) {
      await happen(source, url, what);
      expect(await allText(raw), JSON.stringify(what)).not.toContain(WORD);
    }
    await mirrorOnce(source, url);
    const wanted = await expected(source);
    expect(await mirrored(url), JSON.stringify(deeds)).toEqual(wanted);
  }
  // What has grown by pieces is what one that begins now has.
  const anew = await context.emptyUrl();
  await mirrorOnce(source, anew);
  expect(await mirrored(anew)).toEqual(await mirrored(url));
  if (context.engine === 'sqlite') expect(bytesOf(url)).not.toContain(WORD);
}

/** Of the file and what lies beside it. */
function bytesOf(url: string): string {
  const path = url.replace('sqlite:///', '');
  const folder = join(path, '..');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('');
}

describeEngines('a mirror, whatever happens and wherever it is interrupted,', (context) => {
  it('is what a query of the source gives', { timeout: RUNS * RUN_MS }, async () => {
    await expect(showSame(context, await context.open())).resolves.toBeUndefined();
  });

  it('of a SQLite file is so, too', { timeout: RUNS * RUN_MS }, async () => {
    await expect(showSame(context, await sqliteSource())).resolves.toBeUndefined();
  });
});
