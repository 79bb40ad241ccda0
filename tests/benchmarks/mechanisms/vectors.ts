import { buildVectorIndex, type Embedder, newId, vectorCapabilities, Vectors } from '@keelson/db-core';
import type { Figures, MechanismStage } from './contract.ts';

const VECTORS = 20_000;
const DIMENSIONS = 384;
const WARM_UP = 3;
const QUESTIONS = 40;
const LIMIT = 10;
const MOST_MS_EACH = 15_000;

/** One user with 20,000 vectors of 384 numbers: the ten nearest, by an exact scan and by the engine's extension. */
export async function vectorsFigures(stage: MechanismStage): Promise<Figures> {
  const database = await stage.open();
  const vectors = new Vectors(database, randomEmbedder());
  const count = Math.max(50, Math.round(VECTORS * stage.scale));
  stage.log(`embedding ${count} texts`);
  const started = performance.now();
  await vectors.embedPending('ada', sources(count), { batchSize: 500 });
  const figures: Record<string, number> = {
    [`${stage.engine}.vectors.keep.perSecond`]: (count / (performance.now() - started)) * 1000,
    ...(await times(vectors, `${stage.engine}.vectors.exactScan`)),
  };
  const { extension, version } = await vectorCapabilities(database);
  if (version === null) {
    stage.log(`${extension} is not there`);
    return figures;
  }
  stage.log(`building the index of ${extension} ${version}`);
  const building = performance.now();
  await buildVectorIndex(database);
  figures[`${stage.engine}.vectors.index.perSecond`] = (count / (performance.now() - building)) * 1000;
  return { ...figures, ...(await times(vectors, `${stage.engine}.vectors.${extension}`)) };
}

async function times(vectors: Vectors, key: string): Promise<Figures> {
  const taken: number[] = [];
  const until = performance.now() + MOST_MS_EACH;
  for (let question = 0; question < WARM_UP + QUESTIONS && performance.now() < until; question += 1) {
    const to = randomVector();
    const started = performance.now();
    await vectors.nearest({ userId: 'ada', to, limit: LIMIT });
    if (question >= WARM_UP) taken.push(performance.now() - started);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number): number => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))] ?? 0;
  return { [`${key}.p50Ms`]: at(0.5), [`${key}.p95Ms`]: at(0.95) };
}

function* sources(count: number) {
  for (let number = 0; number < count; number += 1)
    yield { kind: 'note', entityId: newId(), parts: [{ part: 0, text: String(number) }] };
}

/** What a vector is made of makes no difference to how it is found. */
function randomEmbedder(): Embedder {
  return { model: 'random', dimensions: DIMENSIONS, embed: async (texts) => texts.map(randomVector) };
}

function randomVector(): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, () => Math.random() - 0.5);
}
