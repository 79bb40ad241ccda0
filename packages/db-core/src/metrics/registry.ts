import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricDefinition, Sample } from './contract.ts';
import type { Timings } from './timings.ts';

/** A histogram of prom-client's whose values are somebody else's. */
class TimingsMetric extends Histogram {
  readonly #timings: Timings;

  constructor(timings: Timings, registry: Registry) {
    const { name, help, labels } = timings.definition;
    super({ name, help, labelNames: labels, registers: [registry] });
    this.#timings = timings;
  }

  /** What the registry asks for its text; its types don't know it. */
  async getForPromString(): Promise<object> {
    const { name, help } = this.#timings.definition;
    return { name, help, type: 'histogram', values: this.#timings.lines(), aggregator: 'sum' };
  }
}

/** What one page of figures is written from; made anew for each, because sources come and go. */
export class Page {
  readonly #registry = new Registry();
  readonly #metrics = new Map<string, Counter | Gauge>();

  addTimings(timings: Timings): void {
    void new TimingsMetric(timings, this.#registry);
  }

  /** Its name and what it says stand there also when there is no figure. */
  define(definition: MetricDefinition): void {
    const { name, help, type, labels } = definition;
    if (this.#metrics.has(name)) return;
    const Kind = type === 'counter' ? Counter : Gauge;
    const metric = new Kind({ name, help, labelNames: labels, registers: [this.#registry] });
    this.#metrics.set(name, metric);
  }

  add({ metric: definition, labels = {}, value }: Sample): void {
    this.define(definition);
    this.#metrics.get(definition.name)?.inc({ ...labels }, value);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
