import { type MaybePromise, race, ratios, summarize, type Time } from '../rounds.ts';

export interface Comparing<Contender> {
  /** What it costs … */
  readonly with: Contender;
  /** … as a multiple of this. */
  readonly without: Contender;
  readonly warmUp: number;
  readonly rounds: number;
  readonly operations: number;
  /** The same for both in a round. */
  readonly run: (
    contender: Contender,
    operation: { readonly round: number; readonly index: number },
  ) => MaybePromise<unknown>;
  /** Before each turn, not timed. */
  readonly settle?: (contender: Contender) => MaybePromise<void>;
}

/** How many times as long it takes: the median over interleaved rounds. */
export interface Cost {
  /** By the clock. */
  readonly elapsed: number;
  /** Of the time that this thread was computing: what a busy machine and a busy disk disturb least. */
  readonly computing: number;
}

export async function costOf<Contender>(comparing: Comparing<Contender>): Promise<Cost> {
  const { warmUp, rounds, operations, run, settle } = comparing;
  const contenders = new Map([
    ['with', comparing.with],
    ['without', comparing.without],
  ]);
  const times = await race({
    contenders,
    warmUp,
    rounds,
    shares: {},
    prepare: (round) => ({ operations, run: (contender: Contender, index) => run(contender, { round, index }) }),
    settle: (name) => settle?.(name === 'with' ? comparing.with : comparing.without),
  });
  const ratioOf = (part: keyof Time): number => {
    const each = (name: string): number[] => (times.get(name) ?? []).map((time) => time[part]);
    return summarize(ratios(each('with'), each('without'))).median;
  };
  return { elapsed: ratioOf('elapsed'), computing: ratioOf('computing') };
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
