/**
 * `unwritable-process.ts FOLDER`: opens databases without the right to write them, and prints what each attempt gave. Rights
 * don't bind root, so a process of root becomes somebody else first.
 */
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Conversations } from '@keelson/conversations';
import { KeelsonError, openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';

const NOBODY = 65_534;

/** What was tried, and the code of the error, or `ok`. */
export type Attempts = Readonly<Record<string, string>>;

const [folder = ''] = process.argv.slice(2);

async function attempt(path: string, work: (chats: Conversations) => Promise<unknown>): Promise<string> {
  const database = openDatabase({ url: `sqlite:///${path}`, env: { DATABASE_TIMEOUT: '1' } });
  try {
    await work(new Conversations(database, 'ada'));
    return 'ok';
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    return `${error.code}: ${error.message} | ${error.hint}`;
  } finally {
    await database.close();
  }
}

function giveAway(path: string): void {
  chownSync(path, NOBODY, NOBODY);
}

const original = join(folder, 'original');
mkdirSync(original);
const write = (chats: Conversations): Promise<unknown> => chats.createConversation({ title: 'a title' });
const read = (chats: Conversations): Promise<unknown> => chats.listConversations();
await attempt(join(original, 'data.db'), write);

const cases: readonly [name: string, folderMode: number, fileMode: number | undefined][] = [
  ['new file in a folder without the right to write', 0o500, undefined],
  ['file and folder without the right to write', 0o500, 0o400],
  ['file without the right to write', 0o700, 0o400],
  ['file without the right to read', 0o700, 0o000],
];
for (const [name, , fileMode] of cases) {
  if (fileMode === undefined) mkdirSync(join(folder, name));
  else cpSync(original, join(folder, name), { recursive: true });
}
if (process.getuid?.() === 0) {
  giveAway(folder);
  for (const entry of readdirSync(folder, { recursive: true })) giveAway(join(folder, String(entry)));
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
const attempts: Record<string, string> = {};
for (const [name, folderMode, fileMode] of cases) {
  const path = join(folder, name, 'data.db');
  if (fileMode !== undefined) chmodSync(path, fileMode);
  chmodSync(join(folder, name), folderMode);
  attempts[`write a ${name}`] = await attempt(path, write);
  attempts[`read a ${name}`] = await attempt(path, read);
  chmodSync(join(folder, name), 0o700);
  if (fileMode !== undefined) {
    chmodSync(path, 0o600);
    attempts[`write a ${name}, with the rights again`] = await attempt(path, write);
  }
}
say(attempts satisfies Attempts);
