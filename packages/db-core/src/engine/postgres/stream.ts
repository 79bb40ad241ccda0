import type { Plan, Row } from '../contract.ts';
import { decodeDeclared } from './codecs.ts';
import type { Identity } from './identity.ts';
import type { SessionPool } from './pool.ts';

interface StreamOptions {
  readonly chunkSize: number;
  readonly identity: Identity | undefined;
}

/** Rows in chunks through a cursor, all of one snapshot. The connection is lent out until the iteration ends. */
export async function* streamRows(
  pool: SessionPool,
  plan: Plan,
  values: readonly unknown[],
  { chunkSize, identity }: StreamOptions,
): AsyncGenerator<Row[], void, undefined> {
  const size = Math.max(1, Math.trunc(chunkSize));
  const session = await pool.acquire();
  const cursor: Plan = {
    ...plan,
    name: 'dynamic',
    sql: `declare keelson_stream no scroll cursor for ${plan.sql}`,
    returnsRows: false,
  };
  try {
    await session.text('begin isolation level repeatable read read only');
    await session.execute(cursor, values, identity);
    for (;;) {
      const { rows, fields } = await session.text(`fetch forward ${size} from keelson_stream`);
      if (rows.length > 0) yield plan.decode.size === 0 ? rows : decodeDeclared(rows, fields, plan.decode);
      if (rows.length < size) return;
    }
  } finally {
    // Nothing was written. A connection on which this fails is thrown away.
    await session.text('rollback').catch(() => undefined);
    pool.release(session);
  }
}
