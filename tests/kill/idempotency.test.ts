import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { createToken, startApi } from '../api/api-process.ts';
import { Child } from '../support/child.ts';

const script = join(import.meta.dirname, 'answering-process.ts');

interface Outcome {
  readonly id: string;
  readonly isReplay: boolean;
}

async function idsOf(url: string): Promise<string[]> {
  const database = openDatabase({ url, env: {} });
  try {
    const { items } = await new Conversations(database, 'ada').listConversations({ limit: 100 });
    return items.map(({ id }) => id);
  } finally {
    await database.close();
  }
}

describeEngines('a request with an idempotency key', (context) => {
  it('whose process is killed after the write and before the commit leaves nothing, and is done by the next', async () => {
    const url = await context.url();
    const killed = new Child(script, [url, 'k', 'before-commit']);
    await killed.line();
    await killed.kill();
    const again = await new Child(script, [url, 'k']).result<Outcome>();
    expect(again.isReplay).toBe(false);
    expect(await idsOf(url)).toEqual([again.id]);
  });

  it('whose process is killed after the commit and before its answer is answered, and not done again', async () => {
    const url = await context.url();
    const killed = new Child(script, [url, 'k', 'after-commit']);
    await killed.line();
    await killed.kill();
    const again = await new Child(script, [url, 'k']).result<Outcome>();
    expect(again).toEqual({ id: (await idsOf(url))[0], isReplay: true });
    expect(await idsOf(url)).toHaveLength(1);
  });

  it('is done once by several processes at once', async () => {
    const url = await context.url();
    const children = [1, 2, 3].map(() => new Child(script, [url, 'k']));
    const outcomes = await Promise.all(children.map((child) => child.result<Outcome>()));
    expect(outcomes.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
    expect(await idsOf(url)).toEqual([outcomes[0]!.id]);
    expect(new Set(outcomes.map(({ id }) => id)).size).toBe(1);
  });

  it('is done once by an API that is killed at random while it is asked', async () => {
    const url = await context.url();
    const token = await createToken(url, 'ada');
    const keys: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const api = startApi({ DATABASE_URL: url, KEELSON_HTTP_RATE_LIMIT: '0' });
      const address = await api.url();
      const own = Array.from({ length: 40 }, () => randomUUID());
      keys.push(...own);
      const dying = Promise.allSettled(own.map((key) => post(address, token, key)));
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 60));
      api.kill('SIGKILL');
      await Promise.all([dying, api.ended()]);
    }
    const api = startApi({ DATABASE_URL: url, KEELSON_HTTP_RATE_LIMIT: '0' });
    const address = await api.url();
    const answers = [];
    for (const key of keys) answers.push(await post(address, token, key));
    api.kill('SIGTERM');
    await api.ended();
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    // Each key has one conversation, whichever process made it.
    const ids = answers.map(({ id }) => id);
    expect(new Set(ids).size).toBe(keys.length);
    const database = openDatabase({ url, env: {} });
    try {
      const stored = await database.forUser('ada').all((db) => db.selectFrom('conversations').select('id'));
      expect(stored.map(({ id }) => id).sort()).toEqual([...ids].sort());
    } finally {
      await database.close();
    }
  }, 150_000);
});

async function post(address: string, token: string, key: string): Promise<{ status: number; id: string }> {
  const response = await fetch(`${address}/v1/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: '{"title":"once"}',
  });
  const { id } = (await response.json()) as { id: string };
  return { status: response.status, id };
}
