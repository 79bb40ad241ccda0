/**
 * `filling-process.ts FOLDER disk|limit COPY`: writes to a database in this folder until it can't, makes room, and goes
 * on. Prints what became of it; the database as it is then goes to COPY. The disk that holds the folder is small, or this
 * process's files must be.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Conversations } from '@keelson/conversations';
import { KeelsonError, openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';

const MOST = 10_000;
const BALLAST_BYTES = 1_000_000;

/** What the test looks at. */
export interface Filled {
  readonly failure: { readonly code: string; readonly hint: string; readonly message: string } | undefined;
  /** Messages that were acknowledged before it. */
  readonly saved: number;
  /** Messages there are, as read while the disk is full, and when there is room again. */
  readonly readWhileFull: number;
  readonly readAfter: number;
  /** Was there a number for the message that came after? */
  readonly nextSeq: number;
}

const [folder = '', how = '', copy = ''] = process.argv.slice(2);
const path = join(folder, 'data.db');
const ballast = join(folder, 'ballast');
writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES, 'b'));
const database = openDatabase({ url: `sqlite:///${path}`, env: {} });
const chats = new Conversations(database, 'ada');
const { id } = await chats.createConversation();

function makeRoom(): void {
  rmSync(ballast);
  // Where the limit is one on the size of files, it is lifted as well.
  if (how === 'limit') execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited']);
}

async function countAll(): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const page = await chats.getMessages({ conversationId: id, limit: 100, ...(cursor === null ? {} : { cursor }) });
    count += page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return count;
}

let saved = 0;
let failure: Filled['failure'];
while (failure === undefined && saved < MOST) {
  try {
    await chats.saveUserMessage({ conversationId: id, content: `${saved} `.repeat(2000) });
    saved += 1;
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    failure = { code: error.code, hint: error.hint, message: error.message };
  }
}
const readWhileFull = await countAll();
makeRoom();
const { seq: nextSeq } = await chats.saveUserMessage({ conversationId: id, content: 'There is room again.' });
const readAfter = await countAll();
await database.close();
copyFileSync(path, copy);
say({ failure, saved, readWhileFull, readAfter, nextSeq } satisfies Filled);
