import type { MetricDefinition, Sample } from './contract.ts';

type Labels = Readonly<Record<string, string>>;

/** So many combinations of labels at most: what comes then is counted under `other`. */
const MOST_SERIES = 1000;

/** Something that is counted, by its labels. */
export class Counts {
  readonly definition: MetricDefinition;
  readonly #counts = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(definition: MetricDefinition) {
    this.definition = definition;
  }

  add(labels: Labels): void {
    const known = this.#counts.get(this.#keyOf(labels));
    if (known !== undefined) known.value += 1;
    else if (this.#counts.size < MOST_SERIES) this.#count(labels);
    else this.#count(Object.fromEntries(this.definition.labels.map((label) => [label, 'other'])));
  }

  samples(): Sample[] {
    return [...this.#counts.values()].map(({ labels, value }) => ({ metric: this.definition, labels, value }));
  }

  #count(labels: Labels): void {
    const key = this.#keyOf(labels);
    const value = (this.#counts.get(key)?.value ?? 0) + 1;
    this.#counts.set(key, { labels, value });
  }

  #keyOf(labels: Labels): string {
    return this.definition.labels.map((label) => labels[label] ?? '').join('\0');
  }
}
