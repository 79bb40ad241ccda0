import { type MaybePromise, race, ratios, summarize } from '../rounds.ts';

export interface Comparing<Contender, Input> {
  /** What it costs … */
  readonly with: Contender;
  /** … as a multiple of this. */
  readonly without: Contender;
  readonly warmUp: number;
  readonly rounds: number;
  readonly operations: number;
  /** What both do in a round; made before the clock runs. */
  readonly prepare: () => Input;
  readonly run: (contender: Contender, input: Input, index: number) => MaybePromise<unknown>;
  /** Before each turn, not timed. */
  readonly settle?: (contender: Contender) => MaybePromise<void>;
}

/** How many times as long it takes by the clock: the median over interleaved rounds. */
export async function costOf<Contender, Input>(comparing: Comparing<Contender, Input>): Promise<number> {
  const { warmUp, rounds, operations, prepare, run, settle } = comparing;
  const contenders = new Map([
    ['with', comparing.with],
    ['without', comparing.without],
  ]);
  const times = await race({
    contenders,
    warmUp,
    rounds,
    shares: {},
    prepare: () => {
      const input = prepare();
      return { operations, run: (contender: Contender, index) => run(contender, input, index) };
    },
    settle: (name) => settle?.(name === 'with' ? comparing.with : comparing.without),
  });
  const elapsed = (name: string): number[] => (times.get(name) ?? []).map((time) => time.elapsed);
  return summarize(ratios(elapsed('with'), elapsed('without'))).median;
}

/** At most this share of the values is above it. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A count for the stage's scale, and not so small that nothing would be seen. */
export function scaled(count: number, scale: number, least: number): number {
  return Math.max(least, Math.round(count * scale));
}
