import { expect, it } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import type { Engine } from '../../src/engine/contract.ts';
import { ForeignKeyViolationError, ImmutableRowError, KeelsonError } from '../../src/errors/index.ts';
import { change, describeSchema, query, run } from './support.ts';

const at = new Date('2026-01-01T00:00:00Z');
const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

async function fill(engine: Engine): Promise<Engine> {
  await run(engine, migrations);
  for (const [user, id] of [
    ['ada', 1],
    ['ada', 2],
    ['bob', 3],
  ] as const) {
    await change(
      engine,
      'INSERT INTO conversations (user_id, id, next_seq, message_count, created_at, updated_at) VALUES ($1, $2, 9, 3, $3, $3)',
      [user, uuid(id), at],
    );
  }
  await message(engine, { id: 11, seq: 1 });
  await message(engine, { id: 12, seq: 2, parent: 11, status: 'partial' });
  await message(engine, { id: 13, seq: 3, parent: 12, status: 'aborted' });
  return engine;
}

interface Message {
  id: number;
  seq: number;
  user?: string;
  conversation?: number;
  parent?: number;
  status?: string;
  request?: string;
}

function message(
  engine: Engine,
  { id, seq, user = 'ada', conversation = 1, parent, status = 'complete', request }: Message,
): Promise<number> {
  return change(
    engine,
    `INSERT INTO conversation_messages (user_id, id, conversation_id, seq, parent_id, role, content, status, request_id, created_at)
     VALUES ($1, $2, $3, $4, $5, 'user', 'hello', $6, $7, $8)`,
    [user, uuid(id), uuid(conversation), seq, parent === undefined ? null : uuid(parent), status, request ?? null, at],
  );
}

describeSchema('messages', ({ kind, newEngine }) => {
  it("can't be changed once they are complete or aborted", async () => {
    const engine = await fill(await newEngine());
    for (const id of [11, 13]) {
      for (const set of [
        `content = 'other'`,
        `content = content`,
        `metadata = '{"a": 1}'`,
        `status = 'partial'`,
        `token_count = 1, content = 'other'`,
        'token_count = NULL',
        `parts = '[]'`,
      ]) {
        await expect(
          change(engine, `UPDATE conversation_messages SET ${set} WHERE id = $1`, [uuid(id)]),
          set,
        ).rejects.toThrow(ImmutableRowError);
      }
    }
    await expect(change(engine, `UPDATE conversation_messages SET content = 'other'`)).rejects.toThrow(
      'keelson: immutable row in conversation_messages',
    );
    expect(await query(engine, 'SELECT DISTINCT content FROM conversation_messages')).toEqual([{ content: 'hello' }]);
  });

  it('may have their tokens counted later, once', async () => {
    const engine = await fill(await newEngine());
    const count = (tokens: number): Promise<number> =>
      change(engine, `UPDATE conversation_messages SET token_count = ${tokens} WHERE id = $1`, [uuid(11)]);
    expect(await count(7)).toBe(1);
    await expect(count(8)).rejects.toThrow(ImmutableRowError);
  });

  it('may grow while they are partial, but stay where they are', async () => {
    const engine = await fill(await newEngine());
    const update = (set: string): Promise<number> =>
      change(engine, `UPDATE conversation_messages SET ${set} WHERE id = $1`, [uuid(12)]);
    await update(`content = 'hello, world', parts = '[{"type": "text"}]', token_count = 3, model_name = 'm'`);
    for (const set of [
      `user_id = 'bob'`,
      `id = '${uuid(99)}'`,
      `conversation_id = '${uuid(2)}'`,
      'seq = 9',
      'parent_id = NULL',
      `role = 'system'`,
      'created_at = NULL',
    ]) {
      await expect(update(set), set).rejects.toThrow(KeelsonError);
    }
    await update(`status = 'complete', content = 'hello, world!'`);
    await expect(update(`content = 'more'`)).rejects.toThrow(ImmutableRowError);
    expect(
      await query(engine, `SELECT content, status, seq FROM conversation_messages WHERE id = $1`, [uuid(12)]),
    ).toEqual([{ content: 'hello, world!', status: 'complete', seq: 2 }]);
  });

  it("can't be deleted, not even with their conversation or by replacing them", async () => {
    const engine = await fill(await newEngine());
    await expect(change(engine, 'DELETE FROM conversation_messages')).rejects.toThrow(ImmutableRowError);
    await expect(change(engine, 'DELETE FROM conversation_messages WHERE id = $1', [uuid(12)])).rejects.toThrow(
      ImmutableRowError,
    );
    await expect(change(engine, 'DELETE FROM conversations WHERE id = $1', [uuid(1)])).rejects.toThrow(
      ForeignKeyViolationError,
    );
    const replace =
      kind === 'sqlite'
        ? `INSERT OR REPLACE INTO conversation_messages (user_id, id, conversation_id, seq, role, content, created_at) VALUES ('ada', '${uuid(11)}', '${uuid(1)}', 1, 'user', 'x', 0)`
        : 'TRUNCATE conversation_messages, conversations CASCADE';
    await expect(change(engine, replace)).rejects.toThrow(ImmutableRowError);
    expect((await query(engine, 'SELECT id FROM conversation_messages')).length).toBe(3);
  });

  it('answer messages of their own conversation only, and belong to conversations of their own user only', async () => {
    const engine = await fill(await newEngine());
    await message(engine, { id: 21, seq: 1, conversation: 2 });
    await expect(message(engine, { id: 22, seq: 2, conversation: 2, parent: 11 })).rejects.toThrow(
      ForeignKeyViolationError,
    );
    await expect(message(engine, { id: 23, seq: 9, parent: 21 })).rejects.toThrow(ForeignKeyViolationError);
    await expect(message(engine, { id: 24, seq: 9, parent: 77 })).rejects.toThrow(ForeignKeyViolationError);
    await expect(message(engine, { id: 25, seq: 9, conversation: 3 })).rejects.toThrow(ForeignKeyViolationError);
    await expect(message(engine, { id: 26, seq: 9, user: 'bob' })).rejects.toThrow(ForeignKeyViolationError);
    const leaf = (conversation: number, id: number): Promise<number> =>
      change(engine, 'UPDATE conversations SET active_leaf_id = $1 WHERE id = $2', [uuid(id), uuid(conversation)]);
    await leaf(1, 11);
    await expect(leaf(2, 11)).rejects.toThrow(ForeignKeyViolationError);
    await expect(leaf(1, 77)).rejects.toThrow(ForeignKeyViolationError);
  });

  it('have a number each, and a request saves once for each role and part', async () => {
    const engine = await fill(await newEngine());
    await expect(message(engine, { id: 31, seq: 3 })).rejects.toMatchObject({ code: 'UNIQUE_VIOLATION' });
    await message(engine, { id: 32, seq: 4, request: 'r1' });
    await expect(message(engine, { id: 33, seq: 5, request: 'r1' })).rejects.toMatchObject({
      code: 'UNIQUE_VIOLATION',
    });
    await message(engine, { id: 34, seq: 5 });
    await message(engine, { id: 35, seq: 1, conversation: 2, request: 'r1' });
  });

  it('let a conversation point at a message that comes later in the same transaction', async () => {
    const engine = await fill(await newEngine());
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.exec(`UPDATE conversations SET active_leaf_id = '${uuid(41)}' WHERE id = '${uuid(1)}'`);
    const created = kind === 'sqlite' ? '0' : `'2026-01-01T00:00:00Z'`;
    await transaction.exec(
      `INSERT INTO conversation_messages (user_id, id, conversation_id, seq, role, content, created_at) VALUES ('ada', '${uuid(41)}', '${uuid(1)}', 4, 'user', 'x', ${created})`,
    );
    await transaction.commit();
    expect(await query(engine, 'SELECT active_leaf_id FROM conversations WHERE id = $1', [uuid(1)])).toEqual([
      { active_leaf_id: uuid(41) },
    ]);
  });
});
