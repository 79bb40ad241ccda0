import { availableParallelism, cpus } from 'node:os';
import process from 'node:process';
import { judgedOf, mechanismsJson, mechanismsTable, missedOf } from './mechanisms/report.ts';
import type { MeasuredMechanism } from './mechanisms/run.ts';
import { ratios, summarize, type Summary, type Time } from './rounds.ts';
import { OURS, type Targets } from './scenarios.ts';

export interface Measured {
  readonly scenario: {
    readonly id: string;
    readonly title: string;
    readonly targets: Targets;
    readonly rounds: number;
  };
  /** By contender, one for each round. */
  readonly times: ReadonlyMap<string, readonly Time[]>;
}

/** What couldn't be measured, and why. */
export type Failures = Record<string, string>;

/** Everything that a run of the benchmarks gave. */
export interface Report {
  readonly measured: readonly Measured[];
  readonly mechanisms: readonly MeasuredMechanism[];
  readonly failures: Readonly<Failures>;
}

/** Our time as a multiple of another's. */
export interface Comparison {
  /** `sqlite.pointRead.vsBare` */
  readonly key: string;
  readonly other: string;
  /** Of the time on the clock. The verdict is on its median. */
  readonly ratio: Summary;
  /** Of the time that this process's main thread was computing: what a busy machine disturbs least. */
  readonly computing: number;
  /** At most this, or, against a peer, below it. Undefined where there is no target. */
  readonly target: number | undefined;
  readonly met: boolean | undefined;
}

export function comparisons({ scenario, times }: Measured): Comparison[] {
  const ours = times.get(OURS);
  if (ours === undefined) throw new Error(`${scenario.id} was run without ${OURS}.`);
  return [...times]
    .filter(([name]) => name !== OURS)
    .map(([other, theirs]) => {
      const ratio = summarize(ratios(ours.map(onClock), theirs.map(onClock)));
      const computing = summarize(ratios(ours.map(inThread), theirs.map(inThread))).median;
      const target = scenario.targets[other];
      const key = `${scenario.id}.vs${pascalCase(other)}`;
      return { key, other, ratio, computing, target, met: isMet(ratio.median, target) };
    });
}

const onClock = ({ elapsed }: Time): number => elapsed;
const inThread = ({ computing }: Time): number => computing;

function medianTime(times: readonly Time[] | undefined): number {
  return summarize((times ?? []).map(onClock)).median;
}

/** A target of 1 means to be ahead. */
function isMet(ratio: number, target: number | undefined): boolean | undefined {
  if (target === undefined) return undefined;
  return target === 1 ? ratio < 1 : ratio <= target;
}

/** The one object that `--json` gives: ratios and figures by their keys, and what the ratios come from. */
export function jsonReport({ measured: all, mechanisms, failures: notMeasured }: Report): object {
  const own = mechanismsJson(mechanisms);
  const compared = all.flatMap((measured) => comparisons(measured));
  return {
    ...Object.fromEntries(compared.map(({ key, ratio }) => [key, rounded(ratio.median)])),
    ...own.figures,
    targets: {
      ...Object.fromEntries(
        compared
          .filter(({ target }) => target !== undefined)
          .map(({ key, target, met }) => [key, { [target === 1 ? 'below' : 'atMost']: target, met }]),
      ),
      ...own.targets,
    },
    spread: Object.fromEntries(
      compared.map(({ key, ratio: { lowerQuartile, upperQuartile, min, max } }) => [
        key,
        { quartiles: [rounded(lowerQuartile), rounded(upperQuartile)], range: [rounded(min), rounded(max)] },
      ]),
    ),
    computing: Object.fromEntries(compared.map(({ key, computing }) => [key, rounded(computing)])),
    microseconds: Object.fromEntries(
      all.map(({ scenario, times }) => [
        scenario.id,
        Object.fromEntries([...times].map(([name, ofOne]) => [name, rounded(medianTime(ofOne))])),
      ]),
    ),
    rounds: Object.fromEntries(all.map(({ scenario }) => [scenario.id, scenario.rounds])),
    missed: [...compared.filter(({ met }) => met === false).map(({ key }) => key), ...own.missed],
    notMeasured,
    machine: machine(),
  };
}

function machine(): Readonly<Record<string, string | number>> {
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
  };
}

const EXPLANATION = [
  'Times, not rates: below 1 Keelson is faster. A ratio is the median over rounds, with quartiles; verdicts go by it.',
  '"CPU" is the same ratio of what the main thread computes; where the two differ much, the machine was busy with other things.',
];

/** The table for people: times, ratios with their quartiles, targets, verdicts. */
export function tableReport({ measured: all, mechanisms, failures: notMeasured }: Report): string {
  const lines = all.length === 0 ? [] : [...EXPLANATION, ''];
  for (const measured of all) lines.push(...tableOf(measured), '');
  lines.push(...mechanismsTable(mechanisms));
  for (const [what, reason] of Object.entries(notMeasured)) lines.push(`${what}: NOT MEASURED. ${reason}`, '');
  const compared = all.flatMap((one) => comparisons(one)).filter(({ met }) => met !== undefined);
  const judged = compared.length + judgedOf(mechanisms).length;
  const missed = [...compared.filter(({ met }) => met === false).map(({ key }) => key), ...missedOf(mechanisms)];
  lines.push(`${judged - missed.length} of ${judged} targets met.`);
  if (missed.length > 0) lines.push(`MISSED: ${missed.join(', ')}`);
  return lines.join('\n');
}

function tableOf(measured: Measured): string[] {
  const { scenario, times } = measured;
  const time = (name: string): string => duration(medianTime(times.get(name))).padStart(11);
  const lines = [`${scenario.id}: ${scenario.title}`, `  ${OURS.padEnd(17)}${time(OURS)}`];
  for (const { other, ratio, computing, target, met } of comparisons(measured)) {
    const spread = `${factor(ratio.lowerQuartile)} – ${factor(ratio.upperQuartile)}`;
    const ours = `${factor(ratio.median).padStart(6)} × (${spread}, CPU ${factor(computing)})`;
    const wanted = target === 1 ? '< 1' : `≤ ${factor(target ?? 0)}`;
    const verdict = target === undefined ? '' : `${wanted.padEnd(7)}${met === true ? 'met' : 'MISSED'}`;
    lines.push(`  ${other.padEnd(17)}${time(other)}  ${ours.padEnd(35)} ${verdict}`.trimEnd());
  }
  return lines;
}

function duration(microseconds: number): string {
  return microseconds >= 10_000 ? `${(microseconds / 1000).toFixed(1)} ms` : `${microseconds.toFixed(1)} µs`;
}

function factor(ratio: number): string {
  return ratio.toFixed(2);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
