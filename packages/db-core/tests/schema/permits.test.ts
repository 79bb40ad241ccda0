import { expect, it } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import type { Engine } from '../../src/engine/contract.ts';
import { ForeignKeyViolationError, ImmutableRowError } from '../../src/errors/index.ts';
import { rollback } from '../../src/schema/runner.ts';
import { runStatement } from '../../src/schema/statements.ts';
import { change, describeSchema, query, run } from './support.ts';

const at = new Date('2026-01-01T00:00:00Z');
const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

async function fill(engine: Engine): Promise<Engine> {
  await run(engine, migrations);
  for (const user of ['ada', 'bob']) {
    await change(
      engine,
      'INSERT INTO conversations (user_id, id, next_seq, message_count, created_at, updated_at) VALUES ($1, $2, 9, 2, $3, $3)',
      [user, uuid(1), at],
    );
    for (const seq of [1, 2])
      await change(
        engine,
        `INSERT INTO conversation_messages (user_id, id, conversation_id, seq, role, content, created_at)
         VALUES ($1, $2, $3, $4, 'user', 'hello', $5)`,
        [user, uuid(10 + seq), uuid(1), seq, at],
      );
  }
  return engine;
}

const permit = `INSERT INTO erasure_permits (table_name, user_id, row_id) VALUES ('conversation_messages', 'ada', '${uuid(11)}')`;
const remove = 'DELETE FROM conversation_messages WHERE id = $1';

describeSchema('permits', ({ newEngine }) => {
  it('let the rows go that they name, and no others', async () => {
    const engine = await fill(await newEngine());
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.exec(permit);
    const own = `${remove} AND user_id = $2`;
    const statement = { sql: own, writes: true };
    expect((await runStatement(engine, transaction, { ...statement, values: [uuid(11), 'ada'] })).changes).toBe(1);
    await transaction.exec('DELETE FROM erasure_permits');
    await transaction.commit();
    await expect(change(engine, own, [uuid(11), 'bob'])).rejects.toThrow(ImmutableRowError);
    await expect(change(engine, own, [uuid(12), 'ada'])).rejects.toThrow(ImmutableRowError);
    expect(await query(engine, 'SELECT user_id, seq FROM conversation_messages ORDER BY user_id, seq')).toEqual([
      { user_id: 'ada', seq: 2 },
      { user_id: 'bob', seq: 1 },
      { user_id: 'bob', seq: 2 },
    ]);
  });

  it('do not let a row go of another owner or table, while they are there', async () => {
    const engine = await fill(await newEngine());
    for (const sql of [
      `${remove} AND user_id = 'bob'`,
      `DELETE FROM conversation_messages WHERE user_id = 'ada' AND id <> $1`,
      `DELETE FROM conversation_messages WHERE id >= $1`,
    ]) {
      const transaction = await engine.begin({ mode: 'write' });
      await transaction.exec(permit);
      const values = [uuid(11)];
      await expect(
        (async () => runStatement(engine, transaction, { sql, values, writes: true }))(),
        sql,
      ).rejects.toThrow(ImmutableRowError);
      await transaction.rollback();
    }
  });

  it('end with the transaction: one that leaves a permit behind keeps nothing', async () => {
    const engine = await fill(await newEngine());
    await expect(change(engine, permit)).rejects.toThrow(ForeignKeyViolationError);
    const transaction = await engine.begin({ mode: 'write' });
    await transaction.exec(permit);
    await runStatement(engine, transaction, { sql: remove, values: [uuid(77)], writes: true });
    await expect((async () => transaction.commit())()).rejects.toThrow(ForeignKeyViolationError);
    expect(await query(engine, 'SELECT * FROM erasure_permits')).toEqual([]);
    expect(await query(engine, 'SELECT id FROM conversation_messages')).toHaveLength(4);
  });

  it('are gone again with the migration, and rows immutable as before', async () => {
    const engine = await fill(await newEngine());
    await rollback(engine, { migrations, to: '0010_readiness' });
    await expect(change(engine, remove, [uuid(11)])).rejects.toThrow(ImmutableRowError);
  });
});
