/** `writer-process.ts URL USER TURNS SEED`: transactions that insert, update and roll back, as the seed says. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId, openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';
import { bumpConversation, insertConversation } from './queries.ts';
import { randomFrom } from './random.ts';

const [url = '', userId = '', turns = '', seed = ''] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const database = openDatabase({ url, env: {} });
const user = database.forUser(userId);
const ids: string[] = [];
for (let turn = 0; turn < Number(turns); turn += 1) {
  const id = newId();
  await user
    .transaction(async () => {
      await user.run(insertConversation, { id, now: new Date() });
      const other = ids[Math.floor(random() * ids.length)];
      if (other !== undefined) await user.run(bumpConversation, { id: other });
      if (random() < 0.3) {
        await user
          .savepoint(async () => {
            await user.run(bumpConversation, { id });
            throw new Error('undone');
          })
          .catch(() => undefined);
      }
      if (random() < 0.2) throw new Error('rolled back');
      if (random() < 0.3) await sleep(random() * 20);
    })
    .then(
      () => ids.push(id),
      () => undefined,
    );
}
await database.close();
say('done');
