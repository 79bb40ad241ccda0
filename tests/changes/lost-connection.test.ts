import { newId } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { insertConversation } from './queries.ts';

const END_OTHERS =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';

describeEngine('postgres', 'the change feed whose connections the server ends', (context) => {
  it('goes on where it was', async () => {
    const database = await context.open();
    const raw = context.raw(database.config.target.url);
    const stop = new AbortController();
    const [followed, consumed, written]: [string[], string[], string[]] = [[], [], []];
    const after = await database.changes.position();
    const following = (async () => {
      for await (const { key } of database.changes.follow({ after, signal: stop.signal })) followed.push(key);
    })();
    const consuming = database.changes.consume(
      'one',
      async (changes) => {
        consumed.push(...changes.map(({ key }) => key));
      },
      { signal: stop.signal, leaseMs: 1000 },
    );
    for (let turn = 0; turn < 3; turn += 1) {
      const id = newId();
      await expect
        .poll(() => database.forUser('ada').run(insertConversation, { id, now: new Date() }), { timeout: 10_000 })
        .toMatchObject({ changes: 1 });
      written.push(id);
      await expect.poll(() => [followed, consumed], { timeout: 15_000 }).toEqual([written, written]);
      await raw.query(END_OTHERS);
    }
    stop.abort();
    await Promise.all([following, consuming]);
  });
});
