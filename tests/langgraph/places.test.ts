import { KeelsonSaver } from '@keelson/conversations/langgraph';
import { describeEngines } from '@keelson/db-core/testing';
import { emptyCheckpoint, uuid6 } from '@langchain/langgraph-checkpoint';
import { beforeAll, expect, it } from 'vitest';

const THREADS = ['one', 'two', 'three'];
const NAMESPACES = ['', 'child', 'child:0', 'child|deep', 'naïve', 'z'.repeat(300), '.', '~'];

interface Kept {
  readonly thread: string;
  readonly namespace: string;
  readonly id: string;
}

describeEngines('checkpoints of many threads and namespaces', (context) => {
  let saver: KeelsonSaver;
  const kept: Kept[] = [];

  const placesOf = async (
    configurable: Readonly<Record<string, unknown>>,
    options: Parameters<KeelsonSaver['list']>[1] = {},
  ): Promise<Kept[]> => {
    const places: Kept[] = [];
    for await (const { config } of saver.list({ configurable }, options)) {
      const { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: id } = config.configurable ?? {};
      places.push({ thread, namespace, id });
    }
    return places;
  };

  beforeAll(async () => {
    saver = new KeelsonSaver(await context.open(), 'ada');
    for (let step = 0; step < 400; step += 1) {
      const [thread = '', namespace = ''] = [THREADS[step % 3], NAMESPACES[(step * 7) % 8]];
      const checkpoint = { ...emptyCheckpoint(), id: uuid6(step) };
      kept.unshift({ thread, namespace, id: checkpoint.id });
      const config = { configurable: { thread_id: thread, checkpoint_ns: namespace } };
      await saver.put(config, checkpoint, { source: 'loop', step, parents: {} }, {});
    }
    // One id in several namespaces, as a graph and what it is part of may have.
    for (const namespace of NAMESPACES) {
      const checkpoint = { ...emptyCheckpoint(), id: kept[0]?.id ?? '' };
      const config = { configurable: { thread_id: 'same', checkpoint_ns: namespace } };
      await saver.put(config, checkpoint, { source: 'loop', step: 0, parents: {} }, {});
    }
  });

  it('are listed latest first, in one namespace and in all of a thread', async () => {
    for (const thread of THREADS) {
      const all = kept.filter((one) => one.thread === thread);
      expect(await placesOf({ thread_id: thread })).toEqual(all);
      expect(await placesOf({ thread_id: thread }, { limit: 11 })).toEqual(all.slice(0, 11));
      const before = { configurable: { checkpoint_id: all[40]?.id } };
      expect(await placesOf({ thread_id: thread }, { before, limit: 9 })).toEqual(all.slice(41, 50));
      for (const namespace of NAMESPACES) {
        const some = all.filter((one) => one.namespace === namespace);
        expect(await placesOf({ thread_id: thread, checkpoint_ns: namespace })).toEqual(some);
      }
    }
  });

  it('are listed one thread after the other where none is named', async () => {
    const all = await placesOf({});
    expect(all).toHaveLength(kept.length + NAMESPACES.length);
    for (const thread of THREADS)
      expect(all.filter((one) => one.thread === thread)).toEqual(kept.filter((one) => one.thread === thread));
    const changes = all.filter((one, index) => one.thread !== all[index - 1]?.thread);
    expect(changes).toHaveLength(THREADS.length + 1);
    const child = kept.filter(({ namespace }) => namespace === 'child').length + 1;
    expect(await placesOf({ checkpoint_ns: 'child' })).toHaveLength(child);
  });

  it('are found by an id that several namespaces have', async () => {
    const found = await placesOf({ thread_id: 'same', checkpoint_id: kept[0]?.id });
    expect(found.map(({ namespace }) => namespace).sort()).toEqual([...NAMESPACES].sort());
    expect(await placesOf({ thread_id: 'same', checkpoint_id: kept[1]?.id })).toEqual([]);
  });
});
