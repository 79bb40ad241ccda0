import type { DayFigures, Figures, MessageRole, ModelFigures, StatisticsTotals } from '../types.ts';
import type { Day } from './days.ts';

/** What statistics know of a message. */
export interface Counted {
  readonly created_at: Date;
  readonly role: MessageRole;
  readonly model_name: string | null;
  readonly tokens: number | null;
  readonly latency_ms: number | null;
}

interface ModelTally {
  messages: number;
  readonly tokens: number[];
  readonly latencies: number[];
}

/** Counts messages, in whatever order they come. */
export class Tally {
  readonly #days: readonly Day[];
  readonly #byDay: Record<MessageRole, number>[];
  readonly #models = new Map<string, ModelTally>();
  #day = 0;
  #messages = 0;
  #tokens = 0;

  constructor(days: readonly Day[]) {
    this.#days = days;
    this.#byDay = days.map(() => ({ system: 0, user: 0, assistant: 0, tool: 0 }));
  }

  add({ created_at: at, role, model_name: name, tokens, latency_ms: latency }: Counted): void {
    this.#day = this.#dayOf(at);
    const day = this.#byDay[this.#day];
    if (day !== undefined) day[role] += 1;
    this.#messages += 1;
    this.#tokens += tokens ?? 0;
    if (name === null) return;
    const model = this.#models.get(name) ?? { messages: 0, tokens: [], latencies: [] };
    this.#models.set(name, model);
    model.messages += 1;
    if (tokens !== null) model.tokens.push(tokens);
    if (latency !== null) model.latencies.push(latency);
  }

  /** The day of the message before is mostly this one's as well. */
  #dayOf(at: Date): number {
    const { from, to } = this.#days[this.#day] ?? { from: at, to: at };
    if (at >= from && at < to) return this.#day;
    let [low, high] = [0, this.#days.length - 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (at < (this.#days[middle]?.to ?? at)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  get totals(): StatisticsTotals {
    return { messages: this.#messages, tokens: this.#tokens };
  }

  days(): readonly DayFigures[] {
    return this.#days.map(({ date }, index) => {
      const byRole = this.#byDay[index] ?? { system: 0, user: 0, assistant: 0, tool: 0 };
      return { date, messages: Object.values(byRole).reduce((sum, count) => sum + count, 0), byRole };
    });
  }

  /** Those that wrote most first. */
  models(): readonly ModelFigures[] {
    return [...this.#models]
      .map(([modelName, { messages, tokens, latencies }]) => ({
        modelName,
        messages,
        tokens: { ...figuresOf(tokens), sum: sumOf(tokens) },
        latencyMs: figuresOf(latencies),
      }))
      .toSorted((a, b) => b.messages - a.messages || (a.modelName < b.modelName ? -1 : 1));
  }
}

function figuresOf(values: readonly number[]): Figures {
  if (values.length === 0) return { count: 0, mean: null, p50: null, p95: null };
  const sorted = values.toSorted((a, b) => a - b);
  return {
    count: values.length,
    mean: sumOf(values) / values.length,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
  };
}

/** By nearest rank: a value that there was. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
