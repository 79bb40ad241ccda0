/** `bumping-process.ts URL USER TURNS SEED`: raises the versions of the user's conversations at random, also several at once, also in vain. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@keelson/db-core';
import { randomFrom } from '../changes/random.ts';
import { say } from '../support/script.ts';
import { bumpConversation } from './queries.ts';

const [url = '', userId = '', turns = '', seed = ''] = process.argv.slice(2);
const random = randomFrom(Number(seed));
await using database = openDatabase({ url, env: {} });
const user = database.forUser(userId);
const ids = (await user.all((db) => db.selectFrom('conversations').select('id'))).map(({ id }) => id);
const any = (): string => ids[Math.floor(random() * ids.length)] ?? '';
say('ready');
for (let turn = 0; turn < Number(turns); turn += 1) {
  const chance = random();
  if (chance < 0.6) {
    await bumpConversation(user, any());
  } else {
    await user
      .transaction(async () => {
        // In the order of their ids, so that two processes don't wait for each other.
        for (const id of [any(), any()].toSorted()) await bumpConversation(user, id);
        if (chance < 0.7) throw new Error('rolled back');
        if (chance < 0.8) await sleep(random() * 10);
      })
      .catch(() => undefined);
  }
  if (random() < 0.1) await sleep(random() * 20);
}
say('done');
