import { KeelsonSaver } from '@keelson/conversations/langgraph';
import { ValidationError } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import {
  Annotation,
  Command,
  END,
  interrupt,
  MemorySaver,
  START,
  StateGraph,
  type StateSnapshot,
} from '@langchain/langgraph';
import {
  type BaseCheckpointSaver,
  type CheckpointTuple,
  emptyCheckpoint,
  uuid6,
} from '@langchain/langgraph-checkpoint';
import { expect, it } from 'vitest';

const State = Annotation.Root({
  lines: Annotation<string[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
  picture: Annotation<{ readonly bytes: Uint8Array }>(),
});

/** Plans, asks a person, and does what was answered. */
function graphOf(checkpointer: BaseCheckpointSaver) {
  return new StateGraph(State)
    .addNode('plan', () => ({ lines: ['planned'], picture: { bytes: Uint8Array.of(0, 128, 255) } }))
    .addNode('ask', () => ({ lines: [`answered ${String(interrupt('Go on?'))}`] }))
    .addNode('act', ({ lines }) => ({ lines: [`acted on ${lines.length}`] }))
    .addEdge(START, 'plan')
    .addEdge('plan', 'ask')
    .addEdge('ask', 'act')
    .addEdge('act', END)
    .compile({ checkpointer });
}

const thread = (id: string) => ({ configurable: { thread_id: id } });
const metadata = { source: 'loop', step: 0, parents: {} } as const;

async function toArray(tuples: AsyncIterable<CheckpointTuple>): Promise<CheckpointTuple[]> {
  const all: CheckpointTuple[] = [];
  for await (const tuple of tuples) all.push(tuple);
  return all;
}

/** A checkpoint whose channels have these values, all in this version. */
function checkpointOf(values: Readonly<Record<string, unknown>>, version = 1) {
  const versions = Object.fromEntries(Object.keys(values).map((channel) => [channel, version]));
  return { ...emptyCheckpoint(), id: uuid6(version), channel_values: values, channel_versions: versions };
}

/** What becomes of a graph that waits for an answer, gets one, and is gone back to. Each step has a saver of its own. */
async function storyOf(saver: () => BaseCheckpointSaver) {
  const config = thread('thread');
  await graphOf(saver()).invoke({ lines: ['asked'] }, config);
  const waiting = await graphOf(saver()).getState(config);
  const done = await graphOf(saver()).invoke(new Command({ resume: 'yes' }), config);
  const past: StateSnapshot[] = [];
  for await (const snapshot of graphOf(saver()).getStateHistory(config)) past.push(snapshot);
  const [latest] = past;
  const asked = past.find(({ next }) => next[0] === 'ask');
  if (asked === undefined || latest === undefined) throw new Error('The graph has forgotten where it asked.');
  const replayed = await graphOf(saver()).invoke(null, asked.config);
  // Two branches from the same place, each with a state that was changed by hand.
  const branches: unknown[] = [];
  for (const [line, answer] of [
    ['corrected', 'no'],
    ['corrected again', 'maybe'],
  ] as const) {
    const changed = await graphOf(saver()).updateState(asked.config, { lines: [line] }, 'plan');
    await graphOf(saver()).invoke(null, changed);
    const end = await graphOf(saver()).invoke(new Command({ resume: answer }), config);
    branches.push(end.lines);
  }
  const copied = await graphOf(saver()).updateState(asked.config, null, '__copy__');
  return {
    question: waiting.tasks[0]?.interrupts[0]?.value as unknown,
    nexts: past.map(({ next }) => next),
    done,
    replayed: replayed.lines,
    branches,
    copied: (await graphOf(saver()).getState(copied)).values as unknown,
    asked: (await graphOf(saver()).getState(asked.config)).values as unknown,
    latest: (await graphOf(saver()).getState(latest.config)).values as unknown,
  };
}

describeEngines('a graph', (context) => {
  it('is interrupted, goes on in another process, and branches without changing its past', async () => {
    const database = await context.open();
    const story = await storyOf(() => new KeelsonSaver(database, 'ada'));
    expect(story).toMatchObject({
      question: 'Go on?',
      nexts: [[], ['act'], ['ask'], ['plan'], ['__start__']],
      branches: [
        ['asked', 'planned', 'corrected', 'answered no', 'acted on 4'],
        ['asked', 'planned', 'corrected again', 'answered maybe', 'acted on 4'],
      ],
    });
    expect(story.done.lines).toEqual(['asked', 'planned', 'answered yes', 'acted on 3']);
    expect(story.latest).toEqual(story.done);
    expect(story.copied).toEqual(story.asked);
    // LangGraph's own saver in memory keeps each checkpoint whole.
    const memory = new MemorySaver();
    expect(story).toEqual(await storyOf(() => memory));
  });

  it('of another user has a thread of its own under the same id', async () => {
    const database = await context.open();
    const [ada, eve] = [new KeelsonSaver(database, 'ada'), new KeelsonSaver(database, 'eve')];
    const config = thread('thread');
    await graphOf(ada).invoke({ lines: ["ada's"] }, config);
    const mine = await ada.getTuple(config);
    expect(mine).toBeDefined();
    expect(await eve.getTuple(config)).toBeUndefined();
    expect(await eve.getTuple(mine?.config ?? config)).toBeUndefined();
    expect(await toArray(eve.list(config))).toEqual([]);
    expect(await toArray(eve.list({}))).toEqual([]);
    await eve.putWrites(mine?.config ?? config, [['lines', ['from eve']]], 'task');
    await eve.deleteThread('thread');
    expect(await ada.getTuple(config)).toEqual(mine);
  });
});

describeEngines('checkpoints', (context) => {
  it('write a value once, and find it again in a copy under no parent', async () => {
    const database = await context.open();
    const saver = new KeelsonSaver(database, 'ada');
    const large = 'x'.repeat(100_000);
    const first = checkpointOf({ large, bytes: Uint8Array.of(0, 128, 255), small: 1 });
    const parent = await saver.put(thread('t'), first, metadata, first.channel_versions);
    const second = {
      ...checkpointOf({ ...first.channel_values, small: 2 }, 2),
      channel_versions: { large: 1, bytes: 1, small: 2 },
    };
    const child = await new KeelsonSaver(database, 'ada').put(parent, second, metadata, { small: 2 });
    expect((await saver.getTuple(child))?.checkpoint).toEqual(second);
    const copy = { ...second, id: uuid6(3) };
    const copied = await new KeelsonSaver(database, 'ada').put(thread('t'), copy, metadata, {});
    expect((await saver.getTuple(copied))?.checkpoint).toEqual(copy);
    expect((await toArray(saver.list(thread('t')))).map(({ checkpoint }) => checkpoint)).toEqual([copy, second, first]);
    const sizes = await database
      .forUser('ada')
      .all((db) => db.selectFrom('conversation_checkpoints').select('channel_values_bytes'));
    expect(sizes.filter(({ channel_values_bytes: values }) => (values?.length ?? 0) > large.length)).toHaveLength(1);
  });

  it('that are put again keep the values that later ones refer to', async () => {
    const saver = new KeelsonSaver(await context.open(), 'ada');
    const first = checkpointOf({ a: 'a', b: 'b' });
    const parent = await saver.put(thread('t'), first, metadata, { a: 1, b: 1 });
    const second = checkpointOf({ a: 'a', b: 'b' });
    const child = await saver.put(parent, { ...second, id: uuid6(2) }, metadata, {});
    const again = { ...first, channel_values: { b: 'b, again' } };
    await saver.put(thread('t'), again, { ...metadata, step: 5 }, { b: 1 });
    expect((await saver.getTuple(parent))?.metadata?.step).toBe(5);
    expect((await saver.getTuple(parent))?.checkpoint.channel_values).toEqual({ a: 'a', b: 'b, again' });
    expect((await saver.getTuple(child))?.checkpoint.channel_values).toEqual({ a: 'a', b: 'b, again' });
  });

  it('can be put and written to by many at once', async () => {
    const database = await context.open();
    const savers = Array.from({ length: 8 }, () => new KeelsonSaver(database, 'ada'));
    const same = checkpointOf({ a: 1 });
    await Promise.all(savers.map((saver) => saver.put(thread('t'), same, metadata, { a: 1 })));
    const config = { configurable: { thread_id: 't', checkpoint_id: same.id } };
    await Promise.all(
      savers.map((saver, index) =>
        saver.putWrites(
          config,
          [
            ['a', index],
            ['__interrupt__', index],
            ['b', index],
          ],
          `task ${index % 4}`,
        ),
      ),
    );
    const tuple = await savers[0]?.getTuple(config);
    expect(tuple?.pendingWrites?.map(([task, channel]) => `${task} ${channel}`)).toEqual(
      [0, 1, 2, 3].flatMap((task) => ['__interrupt__', 'a', 'b'].map((channel) => `task ${task} ${channel}`)),
    );
  });

  it('keep any number of writes, in the order of the tasks', async () => {
    const saver = new KeelsonSaver(await context.open(), 'ada');
    const first = checkpointOf({});
    const config = await saver.put(thread('t'), first, metadata, {});
    const writes = Array.from({ length: 40 }, (_, index): [string, unknown] => [`channel ${index}`, { index }]);
    await saver.putWrites(config, writes, 'b', '2');
    await saver.putWrites(config, [['late', 1]], 'a', '3');
    await saver.putWrites(config, [['early', 1]], 'z', '1');
    // A task that runs again wrote the same; of what went wrong the last one counts.
    await saver.putWrites(config, [['early', 'changed']], 'z', '1');
    await saver.putWrites(config, [['__error__', 'first']], 'z', '1');
    await saver.putWrites(config, [['__error__', 'second']], 'z', '1');
    const pending = (await saver.getTuple(config))?.pendingWrites ?? [];
    expect(pending.slice(0, 2)).toEqual([
      ['z', '__error__', 'second'],
      ['z', 'early', 1],
    ]);
    expect(pending.slice(2, -1).map(([, channel]) => channel)).toEqual(writes.map(([channel]) => channel));
    expect(pending.at(-1)).toEqual(['a', 'late', 1]);
  });

  it('are listed by any part of their metadata, latest first, page after page', async () => {
    const database = await context.open();
    const saver = new KeelsonSaver(database, 'ada');
    const ids: string[] = [];
    for (let step = 0; step < 120; step += 1) {
      const checkpoint = { ...emptyCheckpoint(), id: uuid6(step) };
      const nested = { run: { tags: ['all', step % 2 === 0 ? 'even' : 'odd'], depth: { at: step % 3 } } };
      const place = {
        configurable: { thread_id: step % 5 === 0 ? 'other' : 't', checkpoint_ns: step % 7 === 0 ? 'child' : '' },
      };
      await saver.put(place, checkpoint, { ...metadata, step, ...nested }, {});
      ids.push(checkpoint.id);
    }
    const filter = { run: { tags: ['even'], depth: { at: 1 } } };
    const wanted = (step: number): boolean => step % 2 === 0 && step % 3 === 1;
    const steps = (tuples: readonly CheckpointTuple[]) => tuples.map((tuple) => tuple.metadata?.step ?? -1);
    const all = ids.map((_, step) => step).reverse();
    expect(steps(await toArray(saver.list(thread('t'), { filter })))).toEqual(
      all.filter((step) => step % 5 !== 0 && wanted(step)),
    );
    const before = { configurable: { checkpoint_id: ids[60] } };
    expect(steps(await toArray(saver.list(thread('t'), { before, limit: 3 })))).toEqual([59, 58, 57]);
    const inChild = { configurable: { thread_id: 't', checkpoint_ns: 'child' } };
    expect(steps(await toArray(saver.list(inChild, { limit: 2 })))).toEqual([119, 112]);
    expect((await toArray(saver.list({}))).length).toBe(120);
    expect(steps(await toArray(saver.list({ configurable: { checkpoint_id: ids[33] } })))).toEqual([33]);
    expect(await toArray(saver.list({}, { limit: 0 }))).toEqual([]);
    await expect(toArray(saver.list({}, { limit: -1 }))).rejects.toThrow(ValidationError);
  });

  it('are gone with their thread, and with their owner', async () => {
    const database = await context.open();
    const saver = new KeelsonSaver(database, 'ada');
    await graphOf(saver).invoke({ lines: ['kept'] }, thread('kept'));
    await graphOf(saver).invoke({ lines: ['gone'] }, thread('gone'));
    await saver.deleteThread('gone');
    expect(await saver.getTuple(thread('gone'))).toBeUndefined();
    expect((await saver.getTuple(thread('kept')))?.pendingWrites).not.toHaveLength(0);
    const threads = await database
      .forUser('ada')
      .all((db) => db.selectFrom('conversation_checkpoints').select('thread_id').distinct());
    expect(threads).toEqual([{ thread_id: 'kept' }]);
    await saver.deleteThread('kept');
    const writes = await database
      .forUser('ada')
      .all((db) => db.selectFrom('conversation_checkpoint_writes').select('id'));
    expect(writes).toEqual([]);
  });

  it('take part in a transaction, and are refused where they could not be found again', async () => {
    const database = await context.open();
    const saver = new KeelsonSaver(database, 'ada');
    const checkpoint = checkpointOf({ a: 1 });
    await expect(
      database.transaction('ada', async () => {
        await saver.put(thread('t'), checkpoint, metadata, { a: 1 });
        expect(await saver.getTuple(thread('t'))).toBeDefined();
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await saver.getTuple(thread('t'))).toBeUndefined();
    for (const id of ['', 'a b', 'a:b', '~', 'x'.repeat(101)])
      await expect(saver.put(thread('t'), { ...checkpoint, id }, metadata, {})).rejects.toThrow(ValidationError);
    await expect(saver.put(thread('x'.repeat(256)), checkpoint, metadata, {})).rejects.toThrow(ValidationError);
  });
});
