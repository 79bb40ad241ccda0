import { KeelsonSaver } from '@keelson/conversations/langgraph';
import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { type Checkpoint, emptyCheckpoint, JsonPlusSerializer, uuid6 } from '@langchain/langgraph-checkpoint';
import { expect, it } from 'vitest';

const config = { configurable: { thread_id: 'thread', checkpoint_ns: '' } };
const metadata = { source: 'loop', step: 0, parents: {} } as const;

/** Neither is what it writes JSON, nor is it text. */
class Sealing extends JsonPlusSerializer {
  override async dumpsTyped(value: unknown): Promise<[string, Uint8Array]> {
    const [type, bytes] = await super.dumpsTyped(value);
    return [`sealed ${type}`, bytes.map((byte) => byte ^ 0xff)];
  }
  override async loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    return super.loadsTyped(
      type.slice('sealed '.length),
      bytes.map((byte) => byte ^ 0xff),
    );
  }
}

function checkpointOf(values: Readonly<Record<string, unknown>>): Checkpoint {
  const versions = Object.fromEntries(Object.keys(values).map((channel) => [channel, 1]));
  return { ...emptyCheckpoint(), id: uuid6(1), channel_values: { ...values }, channel_versions: versions };
}

const TEXTS = { plain: 'plain', wide: 'naïve 𝕏', nul: 'a\u0000b', half: '\ud800', map: new Map([['é', 1]]) };

describeEngines('what serializers make', (context) => {
  it('is kept as text where it is text, and as bytes where it is none', async () => {
    const database = await context.open();
    const user = database.forUser('ada');
    const saver = new KeelsonSaver(database, 'ada');
    const text = checkpointOf(TEXTS);
    const at = await saver.put(config, text, metadata, text.channel_versions);
    await saver.putWrites(at, [['wide', TEXTS.wide]], 'task 1');
    const bytes = checkpointOf({ ...TEXTS, bytes: Uint8Array.of(0, 128, 255) });
    const below = await saver.put(at, bytes, metadata, { wide: 1, bytes: 1 });
    await saver.putWrites(below, [['bytes', Uint8Array.of(0, 128, 255)]], 'task 2');
    const first = await saver.getTuple(at);
    expect(first?.checkpoint).toEqual(text);
    expect(first?.pendingWrites).toEqual([['task 1', 'wide', TEXTS.wide]]);
    const second = await new KeelsonSaver(database, 'ada').getTuple(below);
    expect(second?.checkpoint).toEqual(bytes);
    expect(second?.pendingWrites).toEqual([['task 2', 'bytes', Uint8Array.of(0, 128, 255)]]);
    const rows = await user.all((db) =>
      db
        .selectFrom('conversation_checkpoints')
        .select(['state', 'state_bytes', 'channel_values', 'channel_values_bytes'])
        .orderBy('id'),
    );
    expect(rows.map(({ state, channel_values: values }) => [typeof state, typeof values])).toEqual([
      ['string', 'string'],
      ['string', 'object'],
    ]);
    expect(rows.map((row) => [row.state_bytes === null, row.channel_values_bytes === null])).toEqual([
      [true, true],
      [true, false],
    ]);
  });

  it('comes back whatever the serializer', async () => {
    const database = await context.open();
    const saver = new KeelsonSaver(database, 'ada', { serde: new Sealing() });
    const checkpoint = checkpointOf({ ...TEXTS, bytes: Uint8Array.of(1, 2) });
    const at = await saver.put(config, checkpoint, metadata, checkpoint.channel_versions);
    await saver.putWrites(at, [['wide', TEXTS.wide]], 'task');
    const { value: tuple } = await saver.list(config).next();
    expect(tuple?.checkpoint).toEqual(checkpoint);
    expect(tuple?.pendingWrites).toEqual([['task', 'wide', TEXTS.wide]]);
    expect(tuple).toEqual(await saver.getTuple(at));
    const texts = await database
      .forUser('ada')
      .all((db) => db.selectFrom('conversation_checkpoints').select(['state', 'channel_values']));
    expect(texts).toEqual([{ state: null, channel_values: null }]);
  });

  it('is kept by the schema before as bytes, and goes from the one to the other and back', async () => {
    const database = await context.open();
    const put = checkpointOf(TEXTS);
    const at = await new KeelsonSaver(database, 'ada').put(config, put, metadata, put.channel_versions);
    await new KeelsonSaver(database, 'ada').putWrites(at, [['wide', TEXTS.wide]], 'task');
    const { url } = database.config.target;
    await database.migrations.rollback({ to: '0018' });
    await database.close();
    const raw = context.raw(url);
    const [row] = await raw.query('SELECT state, channel_values FROM conversation_checkpoints');
    expect(row?.['state']).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(row?.['channel_values'] as Uint8Array).toString()).toContain(TEXTS.wide);
    await using again = openDatabase({ url, env: {} });
    await again.migrations.migrate();
    const saver = new KeelsonSaver(again, 'ada');
    const tuple = await saver.getTuple(at);
    expect(tuple?.checkpoint).toEqual(put);
    expect(tuple?.pendingWrites).toEqual([['task', 'wide', TEXTS.wide]]);
    // What is put on top refers to bytes, and is text itself.
    const next = {
      ...checkpointOf({ ...TEXTS, plain: 'other' }),
      id: uuid6(2),
      channel_versions: { ...put.channel_versions, plain: 2 },
    };
    const below = await saver.put(at, next, metadata, { plain: 2 });
    expect((await saver.getTuple(below))?.checkpoint).toEqual(next);
  });
});
