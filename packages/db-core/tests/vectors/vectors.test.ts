import { expect, it } from 'vitest';
import {
  ConfigurationError,
  EmbedderAnswerError,
  hashedEmbedder,
  InternalError,
  Jobs,
  newId,
  reembedJob,
  ValidationError,
  Vectors,
  Worker,
} from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { givenVectors, noteOf } from './support.ts';

describeEngines('vectors', (context) => {
  it('are found, the nearest first, by text and by vector', async () => {
    const database = await context.open();
    const vectors = new Vectors(database, hashedEmbedder());
    const texts = ['Where is my parcel?', 'I want to cancel my subscription', 'The invoice is wrong'];
    const sources = texts.map((text) => ({ kind: 'mail', entityId: newId(), parts: [{ part: 0, text }] }));
    expect(await vectors.embedPending('ada', sources)).toEqual({ embedded: 3, unchanged: 0, removed: 0 });
    const found = await vectors.nearest({ userId: 'ada', to: 'invoices' });
    expect(found).toHaveLength(3);
    expect(found[0]).toMatchObject({ kind: 'mail', entityId: sources[2]!.entityId, part: 0 });
    const [vector] = await hashedEmbedder().embed(['invoices']);
    expect(await vectors.nearest({ userId: 'ada', to: vector!, limit: 2 })).toEqual(found.slice(0, 2));
  });

  it('have distances of 0 for the same direction, 1 for none in common, 2 for the opposite', async () => {
    const vectors = new Vectors(await context.open(), givenVectors(2));
    const [same, across, opposite] = [noteOf([5, 0]), noteOf([0, 0.1]), noteOf([-3, 0])];
    await vectors.embedPending('ada', [opposite, across, same]);
    const found = await vectors.nearest({ userId: 'ada', to: Float32Array.of(0.5, 0) });
    expect(found.map(({ entityId }) => entityId)).toEqual([same.entityId, across.entityId, opposite.entityId]);
    expect(found.map(({ distance }) => distance)).toEqual([0, 1, 2]);
  });

  it("are one user's: nobody else's are found, counted or removed, also with the same ids", async () => {
    const database = await context.open();
    const vectors = new Vectors(database, givenVectors(2));
    const entityId = newId();
    await vectors.embedPending('ada', [noteOf([1, 0], { entityId })]);
    await vectors.embedPending('eve', [noteOf([0, 1], { entityId }), noteOf([1, 0])]);
    const to = Float32Array.of(1, 0);
    expect(await vectors.nearest({ userId: 'ada', to })).toEqual([{ kind: 'note', entityId, part: 0, distance: 0 }]);
    expect(await vectors.nearest({ userId: 'eve', to })).toHaveLength(2);
    expect(await vectors.nearest({ userId: 'bob', to })).toEqual([]);
    expect(await vectors.status('ada')).toEqual({ model: 'given', current: 1, stale: 0 });
    expect(await vectors.remove('eve', 'note', [entityId])).toBe(1);
    expect(await vectors.nearest({ userId: 'ada', to })).toHaveLength(1);
  });

  it('are narrowed to kinds', async () => {
    const vectors = new Vectors(await context.open(), givenVectors(2));
    await vectors.embedPending('ada', [
      noteOf([1, 0], { kind: 'note' }),
      noteOf([1, 0.1], { kind: 'mail' }),
      noteOf([1, 0.2], { kind: 'product' }),
    ]);
    const kindsOf = async (kinds: readonly string[]): Promise<string[]> =>
      (await vectors.nearest({ userId: 'ada', to: Float32Array.of(1, 0), kinds })).map(({ kind }) => kind);
    expect(await kindsOf(['mail'])).toEqual(['mail']);
    expect(await kindsOf(['product', 'note', 'product'])).toEqual(['note', 'product']);
    expect(await kindsOf(['nothing'])).toEqual([]);
    expect(await kindsOf([])).toEqual([]);
  });

  it('are made only of what changed, and go with what is gone', async () => {
    const embedder = givenVectors(2);
    const vectors = new Vectors(await context.open(), embedder);
    const entityId = newId();
    const source = (...parts: readonly (readonly [number, readonly number[]])[]) => ({
      kind: 'note',
      entityId,
      parts: parts.map(([part, values]) => ({ part, text: JSON.stringify(values) })),
    });
    await vectors.embedPending('ada', [source([0, [1, 0]], [1, [0, 1]], [2, [1, 1]])]);
    embedder.asked.length = 0;
    const again = await vectors.embedPending('ada', [source([0, [1, 0]], [1, [0, 2]])]);
    expect(again).toEqual({ embedded: 1, unchanged: 1, removed: 1 });
    expect(embedder.asked).toEqual(['[0,2]']);
    expect(await vectors.embedPending('ada', [source([0, [1, 0]], [1, [0, 2]])])).toMatchObject({ embedded: 0 });
    expect((await vectors.nearest({ userId: 'ada', to: Float32Array.of(1, 1) })).map(({ part }) => part)).toEqual([
      0, 1,
    ]);
    expect(await vectors.embedPending('ada', [source()])).toEqual({ embedded: 0, unchanged: 0, removed: 2 });
    expect(await vectors.status('ada')).toMatchObject({ current: 0 });
  });

  it('go by the hash that is given, and blank text has none', async () => {
    const vectors = new Vectors(await context.open(), hashedEmbedder());
    const entityId = newId();
    const embed = (text: string, hash: string) =>
      vectors.embedPending('ada', [{ kind: 'note', entityId, parts: [{ part: 0, text, hash }] }]);
    expect(await embed('one', 'v1')).toMatchObject({ embedded: 1 });
    expect(await embed('two', 'v1')).toMatchObject({ embedded: 0, unchanged: 1 });
    expect(await embed('two', 'v2')).toMatchObject({ embedded: 1 });
    expect(await embed(' \n', 'v3')).toEqual({ embedded: 0, unchanged: 0, removed: 1 });
  });

  it('are kept batch by batch: what was done before a failure need not be done again', async () => {
    const embedder = givenVectors(2);
    const vectors = new Vectors(await context.open(), embedder);
    const sources = [noteOf([1, 0]), noteOf([2, 1]), { ...noteOf([0, 0]) }];
    const kept: number[] = [];
    const onKept = async (batch: readonly unknown[]): Promise<void> => void kept.push(batch.length);
    await expect(vectors.embedPending('ada', sources, { batchSize: 2, onKept })).rejects.toThrow(EmbedderAnswerError);
    expect(kept).toEqual([2]);
    embedder.asked.length = 0;
    const mended = [...sources.slice(0, 2), noteOf([0, 1])];
    expect(await vectors.embedPending('ada', mended)).toEqual({ embedded: 1, unchanged: 2, removed: 0 });
    expect(embedder.asked).toEqual(['[0,1]']);
  });

  it('are kept only if what is noted with them is', async () => {
    const vectors = new Vectors(await context.open(), givenVectors(2));
    const failing = vectors.embedPending('ada', [noteOf([1, 0])], {
      onKept: () => Promise.reject(new Error('changed meanwhile')),
    });
    await expect(failing).rejects.toThrow('changed meanwhile');
    expect(await vectors.status('ada')).toMatchObject({ current: 0 });
  });

  it('of another model are never found; they are told of, and made anew by a job', async () => {
    const database = await context.open();
    const sources = Array.from({ length: 120 }, (_, index) => noteOf([1, index]));
    const old = new Vectors(database, givenVectors(2, 'old'));
    await old.embedPending('ada', sources);
    await old.embedPending('eve', sources.slice(0, 1));
    const embedder = givenVectors(2, 'new');
    const vectors = new Vectors(database, embedder);
    const to = Float32Array.of(1, 0);
    expect(await vectors.nearest({ userId: 'ada', to })).toEqual([]);
    expect(await vectors.status('ada')).toEqual({ model: 'new', current: 0, stale: 120 });

    const jobs = new Jobs(database);
    const gone = sources[7]!.entityId;
    let asked = 0;
    const reembed = jobs.define(
      reembedJob(vectors, async (userId, entities) => {
        asked += 1;
        // The worker is stopped once, as it happens.
        if (asked === 2) throw new Error('the service is down');
        expect(userId).toBe('ada');
        const wanted = new Set(entities.map(({ entityId }) => entityId));
        return sources.filter(({ entityId }) => wanted.has(entityId) && entityId !== gone);
      }),
    );
    const { id } = await jobs.enqueue('ada', reembed, {});
    const stopping = new AbortController();
    const worker = new Worker(jobs, { signal: stopping.signal, pollMs: 10 }).run();
    await expect.poll(async () => (await jobs.get('ada', id)).status, { timeout: 20_000 }).toBe('completed');
    stopping.abort();
    await worker;

    expect(await jobs.get('ada', id)).toMatchObject({ attempts: 2, progress: 100, result: { model: 'new' } });
    expect(embedder.asked).toHaveLength(119);
    expect(await vectors.status('ada')).toEqual({ model: 'new', current: 119, stale: 0 });
    expect(await vectors.status('eve')).toEqual({ model: 'new', current: 0, stale: 1 });
    expect(await vectors.nearest({ userId: 'ada', to, limit: 1 })).toMatchObject([{ entityId: sources[0]!.entityId }]);
  });

  it('of another length count as of another model', async () => {
    const database = await context.open();
    const source = noteOf([1, 0]);
    await new Vectors(database, givenVectors(2, 'same')).embedPending('ada', [source]);
    const longer = new Vectors(database, givenVectors(3, 'same'));
    expect(await longer.nearest({ userId: 'ada', to: Float32Array.of(1, 0, 0) })).toEqual([]);
    expect(await longer.status('ada')).toMatchObject({ current: 0, stale: 1 });
    await longer.embedPending('ada', [noteOf([0, 0, 1], { entityId: source.entityId })]);
    expect(await longer.status('ada')).toMatchObject({ current: 1, stale: 0 });
  });

  it('are not embedded inside a transaction, and removed in one', async () => {
    const database = await context.open();
    const vectors = new Vectors(database, givenVectors(2));
    const source = noteOf([1, 0]);
    const inside = database.transaction('ada', () => vectors.embedPending('ada', [source]));
    await expect(inside).rejects.toThrow(InternalError);
    await vectors.embedPending('ada', [source]);
    const undone = database.transaction('ada', async () => {
      await vectors.remove('ada', 'note', [source.entityId]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await vectors.nearest({ userId: 'ada', to: Float32Array.of(1, 0) })).toHaveLength(1);
  });

  it('refuse what they can not work with', async () => {
    const database = await context.open();
    const vectors = new Vectors(database, givenVectors(2));
    const userId = 'ada';
    const to = Float32Array.of(1, 0);
    await expect(vectors.nearest({ userId, to: Float32Array.of(1, 0, 0) })).rejects.toThrow('must have 2 numbers');
    await expect(vectors.nearest({ userId, to: Float32Array.of(0, 0) })).rejects.toThrow(ValidationError);
    await expect(vectors.nearest({ userId, to: Float32Array.of(1, Number.NaN) })).rejects.toThrow(ValidationError);
    await expect(vectors.nearest({ userId, to, limit: 0 })).rejects.toThrow(ValidationError);
    await expect(vectors.nearest({ userId, to, kinds: [''] })).rejects.toThrow(ValidationError);
    await expect(vectors.embedPending(userId, [{ ...noteOf([1, 0]), kind: '' }])).rejects.toThrow(ValidationError);
    await expect(vectors.embedPending(userId, [noteOf([1, 0], { part: -1 })])).rejects.toThrow(ValidationError);
    await expect(vectors.embedPending(userId, [noteOf([1, 0, 0])])).rejects.toThrow(EmbedderAnswerError);
    expect(() => new Vectors(database, givenVectors(9000))).toThrow(ConfigurationError);
    expect(() => new Vectors(database, givenVectors(2, ''))).toThrow(ConfigurationError);
  });
});
