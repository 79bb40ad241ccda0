import type { MetricDefinition } from './contract.ts';

/** Upper bounds in seconds: from a point read of SQLite to what a statement may take, about two classes a decade. */
const BOUNDS = [0.000_05, 0.000_2, 0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 10, 30, 60];

/** So many combinations of labels at most: what comes then is counted under `other`. */
const MOST_SERIES = 1000;
const OTHER = 'other';

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Not cumulative yet; the last one is for what is longer than all bounds. */
  readonly counts: number[];
  sum: number;
}

interface Line {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A histogram that is cheap to add to. prom-client's own looks labels up by a text that it makes of them, for each value
 * anew; a point read of SQLite takes less than twice as long.
 */
export class Timings {
  readonly definition: MetricDefinition;
  readonly #series = new Map<string, Series>();

  constructor(definition: MetricDefinition) {
    this.definition = definition;
  }

  /** @param key tells the combinations of labels apart; `labels` is asked when there is a new one */
  add(key: string, milliseconds: number, labels: () => Readonly<Record<string, string>>): void {
    const series = this.#series.get(key) ?? this.#begin(key, labels);
    const seconds = milliseconds / 1000;
    let index = 0;
    while (index < BOUNDS.length && seconds > (BOUNDS[index] ?? 0)) index += 1;
    series.counts[index] = (series.counts[index] ?? 0) + 1;
    series.sum += seconds;
  }

  /** As Prometheus has it: buckets, sum and count of each series. */
  lines(): Line[] {
    const { name } = this.definition;
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const buckets = counts.map((count, index) => {
        total += count;
        const le = index < BOUNDS.length ? String(BOUNDS[index]) : '+Inf';
        return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: total },
      ];
    });
  }

  #begin(key: string, labels: () => Readonly<Record<string, string>>): Series {
    const isFull = this.#series.size >= MOST_SERIES && key !== OTHER;
    if (isFull) {
      const others = Object.fromEntries(this.definition.labels.map((label) => [label, OTHER]));
      return this.#series.get(OTHER) ?? this.#begin(OTHER, () => others);
    }
    const series: Series = { labels: labels(), counts: Array.from({ length: BOUNDS.length + 1 }, () => 0), sum: 0 };
    this.#series.set(key, series);
    return series;
  }
}
