import { join } from 'node:path';
import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { listConversations } from './queries.ts';

const script = join(import.meta.dirname, 'initialise-process.ts');
const PROCESSES = 3;

describeEngines('a new database', (context) => {
  it.each([1, 2])('is made by one of several processes that open it at once, and used by all (round %i)', async () => {
    const url = await context.emptyUrl();
    const users = Array.from({ length: PROCESSES }, (_, number) => `user${number}`);
    const ran = await Promise.all(users.map((user) => new Child(script, [url, user]).result<string[]>()));
    const database = openDatabase({ url, env: {} });
    try {
      const { applied } = await database.migrations.status();
      // One of them ran all migrations, the others none.
      expect(ran.toSorted((a, b) => a.length - b.length)).toEqual([[], [], applied.map(({ name }) => name)]);
      for (const user of users) expect((await database.forUser(user).all(listConversations)).length).toBe(1);
    } finally {
      await database.close();
    }
  });

  it('is made once when one process opens it twice', async () => {
    const url = await context.emptyUrl();
    const databases = [openDatabase({ url, env: {} }), openDatabase({ url, env: {} })];
    try {
      await Promise.all(databases.map((database) => database.initialize()));
      for (const database of databases) expect((await database.migrations.status()).pending).toEqual([]);
    } finally {
      for (const database of databases) await database.close();
    }
  });
});
