import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Conversations, conversationsAdopter } from '@keelson/conversations';
import {
  adopt,
  backupDatabase,
  type Database,
  ensureIdentity,
  Erasures,
  loadDatabaseConfig,
  openDatabase,
  restoreBackup,
  takeBackup,
  type TakenIncrement,
  takeIncrement,
  verifyBackup,
} from '@keelson/db-core';
import { conversation, legacyFile, message, uuid } from '../adopt/legacy-file.ts';
import { seen } from '../backup/content.ts';
import { largeMigrations } from './large-migrations.ts';

export interface Surroundings {
  readonly url: string;
  /** The disk that will be full. */
  readonly small: string;
  /** A folder on another one. */
  readonly elsewhere: string;
}

/** An operation that is going to find no room. What is looked for is told as faults; none is well. */
export interface Prepared {
  readonly run: () => Promise<unknown>;
  /** `isDone`: it found a way all the same. */
  readonly lookWhileFull: (isDone: boolean) => Promise<readonly string[]>;
  readonly lookAfter: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const MESSAGES = 12;

/** Texts that can't be compressed: 100 KB each. */
async function write(database: Database, user: string, messages = MESSAGES): Promise<void> {
  const chats = new Conversations(database, user);
  const { id } = await chats.createConversation({ title: `of ${user}` });
  for (let turn = 0; turn < messages; turn += 1)
    await chats.saveUserMessage({ conversationId: id, content: randomBytes(75_000).toString('base64') });
}

async function opened(url: string): Promise<Database> {
  const database = openDatabase({ url, env: {} });
  await database.initialize();
  await ensureIdentity(database, 'test');
  return database;
}

async function state(database: Database): Promise<string> {
  return JSON.stringify(await seen(database));
}

function differs(what: string, isSame: boolean): readonly string[] {
  return isSame ? [] : [what];
}

async function backup({ url, small }: Surroundings): Promise<Prepared> {
  const database = await opened(url);
  await write(database, 'ada');
  const before = await state(database);
  const folder = join(small, 'backups');
  let made: string | undefined;
  return {
    run: async () => {
      made = (await backupDatabase(database, { folder })).file;
    },
    lookWhileFull: async (isDone) => [
      ...differs('something of a backup was left', isDone || !existsSync(folder) || readdirSync(folder).length === 0),
      ...differs('the database changed', before === (await state(database))),
    ],
    lookAfter: async () => {
      await verifyBackup(made ?? '');
      return differs('there is more than the backup', readdirSync(folder).length === 1);
    },
    close: () => database.close(),
  };
}

/** Into the folder that the chain is in, which is on the full disk. */
async function increment({ url, small }: Surroundings): Promise<Prepared> {
  const folder = join(small, 'chain');
  const database = openDatabase({ url, env: { BACKUP_FOLDER: folder } });
  await database.initialize();
  await ensureIdentity(database, 'test');
  await write(database, 'ada', 1);
  const { file: full } = await takeBackup(database);
  const bytes = readFileSync(full);
  await write(database, 'ada');
  const before = await state(database);
  const links: TakenIncrement[] = [];
  const rest = (): number => readdirSync(folder).length - links.length;
  return {
    run: async () => {
      links.push(await takeIncrement(database));
    },
    lookWhileFull: async () => [
      ...differs(`there is ${readdirSync(folder).join(', ')}`, rest() === 1),
      ...differs('what it was to go on from is not as it was', bytes.equals(readFileSync(full))),
      ...differs('the database changed', before === (await state(database))),
    ],
    lookAfter: async () => {
      await write(database, 'bob', 2);
      links.push(await takeIncrement(database));
      const whole = await state(database);
      await database.close();
      const faults = [
        ...differs(
          `it did not go on from what was there: ${links.map(({ whyFull }) => whyFull).join(', ')}`,
          links.every(({ form }) => form === 'increment'),
        ),
        ...differs('there is more than the chain', rest() === 1),
      ];
      // To the first of them, and then to the last: the restored one has no rows of later.
      for (const [link, expected] of [
        [links[0], before],
        [links.at(-1), whole],
      ] as const) {
        await verifyBackup(link?.file ?? '');
        const config = loadDatabaseConfig({ url, env: { BACKUP_FOLDER: folder } });
        await restoreBackup(folder, { config, to: link?.takenAt ?? new Date(0) });
        await using restored = openDatabase({ url, env: {} });
        faults.push(...differs('something was not restored', expected === (await state(restored))));
      }
      return faults;
    },
    close: async () => undefined,
  };
}

async function restore({ url, elsewhere }: Surroundings): Promise<Prepared> {
  const database = await opened(url);
  await write(database, 'ada');
  const wanted = await state(database);
  const { file } = await backupDatabase(database, { folder: elsewhere });
  await write(database, 'bob', 2);
  const before = await state(database);
  await database.close();
  const now = async (): Promise<string> => {
    await using looked = openDatabase({ url, env: {} });
    return await state(looked);
  };
  return {
    run: () => restoreBackup(file, { config: loadDatabaseConfig({ url, env: {} }) }),
    lookWhileFull: async (isDone) =>
      differs('the database is neither old nor new', (isDone ? wanted : before) === (await now())),
    lookAfter: async () => differs('the backup was not restored', wanted === (await now())),
    close: async () => undefined,
  };
}

async function adoption({ url, elsewhere }: Surroundings): Promise<Prepared> {
  const database = await opened(url);
  const numbers = Array.from({ length: MESSAGES }, (_, index) => 100 + index);
  const content = (): string => randomBytes(75_000).toString('base64');
  const file = legacyFile(
    { conversations: [conversation(1)], messages: numbers.map((number) => message(number, 1, { content: content() })) },
    'chats.db',
    elsewhere,
  );
  const adopted = async (): Promise<number> =>
    new Conversations(database, 'ada').getMessageCount(uuid(1)).catch(() => 0);
  return {
    run: () => adopt(database, { files: [file], adopters: [conversationsAdopter] }),
    lookWhileFull: async (isDone) => differs('a part was adopted', (isDone ? MESSAGES : 0) === (await adopted())),
    lookAfter: async () => differs('not all was adopted', (await adopted()) === MESSAGES),
    close: () => database.close(),
  };
}

async function migration({ url }: Surroundings): Promise<Prepared> {
  const [first, second] = largeMigrations;
  const database = openDatabase({ url, env: {}, migrations: [first, second] });
  await database.migrations.migrate({ to: first.name });
  const standing = async (): Promise<string> => {
    const { pending, unfinished, drifted } = await database.migrations.status();
    return JSON.stringify({ pending, unfinished, drifted });
  };
  const before = await standing();
  return {
    run: () => database.migrations.migrate(),
    lookWhileFull: async (isDone) =>
      differs(`it stands at ${await standing()}`, isDone || before === (await standing())),
    lookAfter: async () => {
      await database.initialize();
      return differs('it is still due', (await standing()) === '{"pending":[],"unfinished":[],"drifted":[]}');
    },
    close: () => database.close(),
  };
}

async function erasure({ url }: Surroundings): Promise<Prepared> {
  const database = await opened(url);
  await write(database, 'ada');
  await write(database, 'bob', 2);
  const chats = new Conversations(database, 'bob');
  const { items } = await chats.listConversations();
  const ofBob = (): Promise<number> => chats.getMessageCount(items[0]?.id ?? '');
  const erasures = new Erasures(database);
  return {
    run: () => erasures.eraseOwner('ada'),
    lookWhileFull: async (isDone) => {
      const unfinished = (await erasures.list()).filter(({ completedAt }) => completedAt === null);
      return [
        ...differs('somebody else lost something', (await ofBob()) === 2),
        // What is left is known to be left: the next start, or the job of the night, goes on with it.
        ...differs(
          'rows are left of which nobody knows',
          isDone || unfinished.length === 1 || (await leftOf(erasures)) > MESSAGES,
        ),
      ];
    },
    lookAfter: async () => {
      const unfinished = (await erasures.list()).filter(({ completedAt }) => completedAt === null);
      return [
        ...differs('rows are left', (await leftOf(erasures)) === 0),
        ...differs('it is not finished', unfinished.length === 0),
        ...differs('somebody else lost something', (await ofBob()) === 2),
      ];
    },
    close: () => database.close(),
  };
}

async function leftOf(erasures: Erasures): Promise<number> {
  return Object.values(await erasures.preview('ada')).reduce((sum, rows) => sum + rows, 0);
}

/** By what they are called in the command line. */
export const operations: Readonly<Record<string, (surroundings: Surroundings) => Promise<Prepared>>> = {
  backup,
  increment,
  restore,
  adopt: adoption,
  migrate: migration,
  erase: erasure,
};
