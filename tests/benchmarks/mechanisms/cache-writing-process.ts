/** `cache-writing-process.ts URL USER ID COUNT`: renames one conversation again and again, and prints when each name was committed. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@keelson/db-core';

const [url = '', userId = '', id = '', count = ''] = process.argv.slice(2);
await using database = openDatabase({ url, env: {} });
const user = database.forUser(userId);
const committed: number[] = [];
for (let turn = 0; turn < Number(count); turn += 1) {
  await user.run((db) =>
    db
      .updateTable('conversations')
      .set({ title: String(turn) })
      .where('id', '=', id),
  );
  committed.push(performance.timeOrigin + performance.now());
  await sleep(40 + (turn % 17));
}
process.stdout.write(JSON.stringify(committed));
