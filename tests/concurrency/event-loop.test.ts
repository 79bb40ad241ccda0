import { setTimeout as sleep } from 'node:timers/promises';
import { newId, TransactionTimeoutError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { insertConversation, listConversations } from './queries.ts';

const MANY = 20_000;

/** Runs statements one after the other until a timer has come through, or there were very many. Says whether it has. */
async function letsTimersIn(statement: () => Promise<unknown>): Promise<boolean> {
  const timer = AbortSignal.timeout(1);
  for (let count = 0; count < MANY && !timer.aborted; count += 1) await statement();
  return timer.aborted;
}

describeEngines('a long run of statements that are awaited', (context) => {
  it('leaves timers, sockets and signals a turn', async () => {
    const database = await context.open();
    const user = database.forUser('ada');
    const write = (): Promise<unknown> => user.run(insertConversation, { id: newId(), now: new Date() });
    expect(await letsTimersIn(() => user.all(listConversations))).toBe(true);
    expect(await letsTimersIn(write)).toBe(true);
    expect(await letsTimersIn(() => user.transaction(write))).toBe(true);
    expect(await user.transaction(() => letsTimersIn(write))).toBe(true);
    expect(await user.transaction(() => letsTimersIn(() => user.all(listConversations)), { readOnly: true })).toBe(
      true,
    );
  });

  it('is ended by the deadline of its transaction, and the next has the connection for itself', async () => {
    const database = await context.open();
    const user = database.forUser('ada');
    let done = 0;
    const endless = user.transaction(
      async () => {
        for (; done < 1_000_000; done += 1) await user.run(insertConversation, { id: newId(), now: new Date() });
      },
      { timeoutMs: 50 },
    );
    const next = user.transaction(() => user.run(insertConversation, { id: newId(), now: new Date() }));
    await expect(endless).rejects.toThrow(TransactionTimeoutError);
    await next;
    expect((await user.all(listConversations)).length).toBe(1);
    // What the work was about to do is refused, so it ends.
    const reached = done;
    await sleep(20);
    expect(done).toBe(reached);
  });
});
