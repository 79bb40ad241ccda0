import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  ConcurrentTransactionUseError,
  type Database,
  type DatabaseEvent,
  defineQuery,
  newId,
  ReadOnlyError,
  SerializationError,
  TenancyViolationError,
  TransactionAbortedError,
  TransactionClosedError,
  TransactionTimeoutError,
  UniqueViolationError,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';

const insert = defineQuery('test.insert', (db, p: { id: string; title: string }) =>
  db.insertInto('conversations').values({ id: p.id, title: p.title, created_at: new Date(0), updated_at: new Date(0) }),
);
const titles = defineQuery('test.titles', (db) => db.selectFrom('conversations').select('title').orderBy('title'));
const rename = defineQuery('test.rename', (db, p: { id: string; title: string }) =>
  db.updateTable('conversations').set({ title: p.title }).where('id', '=', p.id),
);

async function titlesOf(database: Database, user = 'ada'): Promise<(string | null)[]> {
  return (await database.forUser(user).all(titles)).map(({ title }) => title);
}

describeEngines('a transaction', (context) => {
  it('keeps all of its work, and shows it to its own reads before', async () => {
    const database = await context.open();
    await database.transaction('ada', async (user) => {
      await user.run(insert, { id: newId(), title: 'one' });
      await user.run(insert, { id: newId(), title: 'two' });
      expect(await titlesOf(database)).toEqual(['one', 'two']);
    });
    expect(await titlesOf(database)).toEqual(['one', 'two']);
  });

  it('keeps nothing when its work fails, and gives the first error', async () => {
    const database = await context.open();
    const failure = new Error('mine');
    const work = database.transaction('ada', async (user) => {
      await user.run(insert, { id: newId(), title: 'one' });
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await titlesOf(database)).toEqual([]);
  });

  it('is not seen by others before its end', async () => {
    const database = await context.open();
    const other = database.forUser('ada');
    const { promise: written, resolve: tell } = Promise.withResolvers<void>();
    const { promise: seen, resolve: goOn } = Promise.withResolvers<void>();
    const work = database.transaction('ada', async (user) => {
      await user.run(insert, { id: newId(), title: 'one' });
      tell();
      await seen;
    });
    await written;
    expect(await other.all(titles)).toEqual([]);
    goOn();
    await work;
    expect(await other.all(titles)).toHaveLength(1);
  });

  it('is joined by one that is begun inside it, through any handle', async () => {
    const database = await context.open();
    const work = database.transaction('ada', async () => {
      await database.forUser('ada').transaction(async (inner) => {
        await inner.run(insert, { id: newId(), title: 'inner' });
      });
      throw new Error('outer');
    });
    await expect(work).rejects.toThrow('outer');
    expect(await titlesOf(database)).toEqual([]);
  });

  it('does not let another user in', async () => {
    const database = await context.open();
    await database.transaction('ada', async () => {
      await expect(titlesOf(database, 'bob')).rejects.toThrow(TenancyViolationError);
      await expect(database.transaction('bob', () => Promise.resolve())).rejects.toThrow(TenancyViolationError);
    });
  });

  it('can not go on after a statement has failed, even when the error was caught', async () => {
    const database = await context.open();
    const id = newId();
    const work = database.transaction('ada', async (user) => {
      await user.run(insert, { id, title: 'one' });
      await expect(user.run(insert, { id, title: 'again' })).rejects.toThrow(UniqueViolationError);
      await expect(user.all(titles)).rejects.toThrow(TransactionAbortedError);
    });
    await expect(work).rejects.toThrow(TransactionAbortedError);
    expect(await titlesOf(database)).toEqual([]);
  });

  it('goes on after a savepoint has failed', async () => {
    const database = await context.open();
    const id = newId();
    await database.transaction('ada', async (user) => {
      await user.run(insert, { id, title: 'one' });
      const again = user.savepoint(async () => {
        await user.run(insert, { id: newId(), title: 'undone' });
        await user.run(insert, { id, title: 'again' });
      });
      await expect(again).rejects.toThrow(UniqueViolationError);
      await user.savepoint(() => user.run(insert, { id: newId(), title: 'two' }));
    });
    expect(await titlesOf(database)).toEqual(['one', 'two']);
  });

  it('refuses a savepoint outside', async () => {
    const database = await context.open();
    await expect(database.forUser('ada').savepoint(() => Promise.resolve())).rejects.toThrow(TransactionClosedError);
  });

  it('refuses two statements at the same time', async () => {
    const database = await context.open();
    const work = database.transaction('ada', (user) =>
      Promise.all([user.run(insert, { id: newId(), title: 'one' }), user.run(insert, { id: newId(), title: 'two' })]),
    );
    await expect(work).rejects.toThrow(ConcurrentTransactionUseError);
    expect(await titlesOf(database)).toEqual([]);
  });

  it('refuses a statement from beside a savepoint', async () => {
    const database = await context.open();
    const work = database.transaction('ada', async (user) => {
      const { promise: inside, resolve: entered } = Promise.withResolvers<void>();
      const { promise: leave, resolve: left } = Promise.withResolvers<void>();
      const branch = user.savepoint(async () => {
        entered();
        await leave;
      });
      await inside;
      const beside = user.run(insert, { id: newId(), title: 'beside' });
      await expect(beside).rejects.toThrow(ConcurrentTransactionUseError);
      left();
      await branch;
    });
    await work;
    expect(await titlesOf(database)).toEqual([]);
  });

  it('refuses a statement that comes after its end', async () => {
    const database = await context.open();
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    let late: Promise<unknown> | undefined;
    await database.transaction('ada', (user) => {
      late = over.then(() => user.run(insert, { id: newId(), title: 'late' }));
      late.catch(() => undefined);
      return Promise.resolve();
    });
    end();
    await expect(late).rejects.toThrow(TransactionClosedError);
    expect(await titlesOf(database)).toEqual([]);
  });

  it('does not end well with a statement that nobody awaits', async () => {
    const database = await context.open();
    const work = database.transaction('ada', (user) => {
      user.run(insert, { id: newId(), title: 'unawaited' }).catch(() => undefined);
      return Promise.resolve();
    });
    // The statement may be done before the commit is tried, on an engine that runs it at once.
    const outcome = await work.then(
      () => 'kept',
      (error: unknown) => error,
    );
    if (outcome === 'kept') expect(await titlesOf(database)).toEqual(['unawaited']);
    else {
      expect(outcome).toBeInstanceOf(ConcurrentTransactionUseError);
      expect(await titlesOf(database)).toEqual([]);
    }
  });

  it('is ended by its deadline, and frees the writer', async () => {
    const database = await context.open();
    const { promise: forever, resolve: wake } = Promise.withResolvers<void>();
    let after: Promise<unknown> | undefined;
    const slow = database.transaction(
      'ada',
      async (user) => {
        await user.run(insert, { id: newId(), title: 'slow' });
        await forever;
        after = user.run(insert, { id: newId(), title: 'after' });
        after.catch(() => undefined);
        await after;
      },
      { timeoutMs: 250 },
    );
    await expect(slow).rejects.toThrow(TransactionTimeoutError);
    await database.forUser('ada').run(insert, { id: newId(), title: 'next' });
    wake();
    await sleep(5);
    await expect(after).rejects.toThrow(TransactionTimeoutError);
    expect(await titlesOf(database)).toEqual(['next']);
  });

  it('is done again as a whole after a retriable error, and tells of it', async () => {
    const events: DatabaseEvent[] = [];
    const database = await context.open({ onEvent: (event) => events.push(event) });
    let tries = 0;
    const result = await database.transaction('ada', async (user) => {
      tries += 1;
      await user.run(insert, { id: newId(), title: `try ${tries}` });
      if (tries < 3) throw new SerializationError('as if another one was first');
      return tries;
    });
    expect(result).toBe(3);
    expect(await titlesOf(database)).toEqual(['try 3']);
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(2);
  });

  it('is not done again inside another one: the whole is', async () => {
    const database = await context.open();
    const tries = { outer: 0, inner: 0 };
    await database.transaction('ada', async (user) => {
      tries.outer += 1;
      await user.transaction(async () => {
        tries.inner += 1;
        if (tries.inner < 2) throw new SerializationError('as if another one was first');
      });
    });
    expect(tries).toEqual({ outer: 2, inner: 2 });
  });

  it('reads one snapshot and writes nothing when it is read-only', async () => {
    const database = await context.open();
    const user = database.forUser('ada');
    await user.transaction(
      async (reader) => {
        expect(await reader.all(titles)).toEqual([]);
        const beside = await writeBeside(database);
        expect(beside).toBe(1);
        expect(await reader.all(titles)).toEqual([]);
      },
      { readOnly: true },
    );
    expect(await titlesOf(database)).toEqual(['beside']);
    const write = user.transaction((reader) => reader.run(insert, { id: newId(), title: 'refused' }), {
      readOnly: true,
    });
    await expect(write).rejects.toThrow(ReadOnlyError);
  });

  it('keeps writers in the order in which they came', async () => {
    const database = await context.open();
    const order: number[] = [];
    const id = newId();
    await database.forUser('ada').run(insert, { id, title: 'start' });
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        database.transaction('ada', async (user) => {
          await user.run(rename, { id, title: `by ${index}` });
          order.push(index);
        }),
      ),
    );
    expect(order).toEqual(
      context.engine === 'sqlite'
        ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        : expect.arrayContaining([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    );
  });

  it('is not what listeners run in', async () => {
    const outcomes: Promise<unknown>[] = [];
    const { promise: opened, resolve: tell } = Promise.withResolvers<Database>();
    const database = await context.open({
      onEvent: (event) => {
        if (event.type === 'query' && event.name === 'test.insert')
          outcomes.push(opened.then((other) => titlesOf(other, 'bob')));
      },
    });
    tell(database);
    await database.transaction('ada', (user) => user.run(insert, { id: newId(), title: 'one' }));
    expect(await Promise.all(outcomes)).toEqual([[]]);
  });
});

/** Writes on a way of its own, as another request would. */
async function writeBeside(database: Database): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  besides.push(() => {
    database
      .forUser('ada')
      .run(insert, { id: newId(), title: 'beside' })
      .then(({ changes }) => resolve(changes), reject);
  });
  return promise;
}

/** Work that runs outside of whatever transaction asked for it. */
const besides: (() => void)[] = [];
setInterval(() => {
  for (const work of besides.splice(0)) work();
}, 1).unref();
