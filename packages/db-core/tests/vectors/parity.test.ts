import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildVectorIndex, type Database, type Neighbour, vectorCapabilities, Vectors } from '../../src/index.ts';
import { describeEngines } from '../../src/testing/index.ts';
import { givenVectors, openOn, randomNumbers, startVectorServer, type VectorServer } from './support.ts';

const DIMENSIONS = 24;
const USERS = ['ada', 'eve'];
const EACH = 700;

/** The same rows everywhere: ids by number, several kinds and parts, and many vectors that are exactly alike. */
async function fill(database: Database): Promise<Vectors> {
  const vectors = new Vectors(database, givenVectors(DIMENSIONS));
  for (const [number, user] of USERS.entries()) {
    const random = randomNumbers(number + 1);
    const distinct = Array.from({ length: EACH }, () => Array.from({ length: DIMENSIONS }, random));
    const sources = distinct.map((values, index) => ({
      kind: ['note', 'mail', 'a kind with a long name'][index % 3]!,
      entityId: `00000000-0000-7000-8000-${String((index * 7919) % 100_000).padStart(12, '0')}`,
      parts: [values, index % 4 === 0 ? distinct[0]! : values.map((value) => -value)].map((part, place) => ({
        part: place,
        text: JSON.stringify(part),
      })),
    }));
    await vectors.embedPending(user, sources, { batchSize: 200 });
  }
  return vectors;
}

type Results = readonly (readonly Neighbour[])[];

/** Random questions, and one where hundreds are equally near. */
async function ask(vectors: Vectors): Promise<Results> {
  const random = randomNumbers(99);
  const first = randomNumbers(1);
  const questions = [
    ...Array.from({ length: 12 }, () => Float32Array.from({ length: DIMENSIONS }, random)),
    Float32Array.from({ length: DIMENSIONS }, first),
  ];
  const results: (readonly Neighbour[])[] = [];
  for (const to of questions) {
    for (const userId of USERS) {
      results.push(await vectors.nearest({ userId, to, limit: 10 }));
      results.push(await vectors.nearest({ userId, to, limit: 40, kinds: ['mail', 'a kind with a long name'] }));
    }
  }
  results.push(await vectors.nearest({ userId: 'ada', to: questions[0]!, limit: 1000 }));
  return results;
}

let expected: Results | undefined;

/** The first to come sets what the others must find. */
function same(results: Results): void {
  expected ??= results;
  expect(results).toHaveLength(12 * 4 + 4 + 1);
  expect(results.every((found) => found.length > 0)).toBe(true);
  expect(results).toEqual(expected);
}

describeEngines('every way to search gives the same', (context) => {
  it('by an exact scan, and where the extension is there by it, too', async () => {
    const database = await context.open();
    const vectors = await fill(database);
    expect(await vectorCapabilities(database)).toMatchObject({ search: 'exact-scan' });
    same(await ask(vectors));
    const { extension, version } = await vectorCapabilities(database);
    if (version === null) return;
    expect(await buildVectorIndex(database)).toBeGreaterThan(0);
    expect(await vectorCapabilities(database)).toEqual({
      search: extension,
      extension,
      version,
      message: `${extension} searches vectors.`,
      hint: null,
    });
    same(await ask(vectors));
  });
});

describe('every way to search gives the same', () => {
  let server: VectorServer;
  beforeAll(async () => {
    server = await startVectorServer();
  }, 60_000);
  afterAll(() => server.close());

  it('with pgvector', async () => {
    await using database = await openOn(server.url);
    const vectors = await fill(database);
    same(await ask(vectors));
    await buildVectorIndex(database);
    expect(await vectorCapabilities(database)).toMatchObject({ search: 'pgvector', hint: null });
    same(await ask(vectors));
  }, 60_000);
});
