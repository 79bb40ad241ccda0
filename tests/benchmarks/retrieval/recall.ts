/** What a ranking found of what answers a question: the share of the evidence among its first ten. */
export function recallAt10(ranked: readonly string[], evidence: readonly string[]): number {
  const first = new Set(ranked.slice(0, 10));
  return evidence.filter((id) => first.has(id)).length / evidence.length;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 10_000;

/** The mean of differences, and where it lies in 95 of 100 samples of as many questions drawn from these. */
export function bootstrap(differences: readonly number[], seed = 4711): Interval {
  const random = randomNumbers(seed);
  const count = differences.length;
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let draw = 0; draw < count; draw += 1) sum += differences[Math.floor(random() * count)] ?? 0;
    return sum / count;
  }).sort();
  return { mean: mean(differences), low: means[RESAMPLES * 0.025] ?? 0, high: means[RESAMPLES * 0.975] ?? 0 };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The same numbers wherever it runs. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
