import { expect, it } from 'vitest';
import { switchOffGuard } from '../../src/database/database.ts';
import { newId, openDatabase } from '../../src/index.ts';
import { describeReplicas, insert, only, titles, untilServed } from './support.ts';

describeReplicas('row security', (stage) => {
  it('holds on a replica as well', async () => {
    const database = openDatabase({
      url: stage().server.url,
      readUrl: stage().replica.url,
      env: { DATABASE_ROW_SECURITY: 'true' },
    });
    await database.initialize();
    switchOffGuard(database);
    const [ada, bob] = [newId(), newId()];
    const plain = stage().open();
    await plain.forUser(ada).run(insert, { id: newId(), title: 'of Ada' });
    await plain.forUser(bob).run(insert, { id: newId(), title: 'of Bob' });
    for (const [user, title] of [
      [ada, 'of Ada'],
      [bob, 'of Bob'],
    ] as const) {
      await untilServed(database, user);
      const before = only(database).reads;
      expect((await database.forUser(user).all(titles)).map((row) => row.title)).toEqual([title]);
      const rows = await database.forUser(user).transaction((tx) => tx.all(titles), { readOnly: true });
      expect(rows.map((row) => row.title)).toEqual([title]);
      const streamed = [];
      for await (const row of database.forUser(user).stream(titles)) streamed.push(row.title);
      expect(streamed).toEqual([title]);
      expect(only(database)).toMatchObject({ reads: before + 3, fallbacks: 0 });
    }
    await database.close();
  });
});
