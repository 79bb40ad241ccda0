import { Dependencies } from './dependencies.ts';

/** One answer that is being read. */
export interface Flight {
  readonly key: string;
  readonly dependencies: readonly string[];
  readonly startedAt: number;
  readonly answer: Promise<unknown>;
  /** Something that it depends on changed since it began, so that it may be of before. */
  isOutdated: boolean;
}

/** What is being read now: once each, however many wait for it. */
export class Flights {
  readonly #flights = new Map<string, Flight>();
  readonly #dependencies = new Dependencies();

  get(key: string): Flight | undefined {
    return this.#flights.get(key);
  }

  /** Takes the place of an older one under the same key; that one still answers those who wait for it, and isn't kept. */
  start(key: string, dependencies: readonly string[], read: (flight: Flight) => Promise<unknown>): Flight {
    const { promise: answer, resolve, reject } = Promise.withResolvers<unknown>();
    const flight: Flight = { key, dependencies, answer, startedAt: performance.now(), isOutdated: false };
    this.outdate(key);
    this.#flights.set(key, flight);
    this.#dependencies.add(key, dependencies);
    // Everybody who waits for it may have gone away.
    answer.catch(() => undefined);
    read(flight)
      .finally(() => this.#remove(flight))
      .then(resolve, reject);
    return flight;
  }

  invalidate(dependency: string): void {
    for (const key of this.#dependencies.of(dependency)) this.outdate(key);
  }

  invalidateAll(): void {
    for (const key of this.#flights.keys()) this.outdate(key);
  }

  outdate(key: string): void {
    const flight = this.#flights.get(key);
    if (flight === undefined) return;
    flight.isOutdated = true;
    this.#remove(flight);
  }

  #remove(flight: Flight): void {
    if (this.#flights.get(flight.key) !== flight) return;
    this.#flights.delete(flight.key);
    this.#dependencies.remove(flight.key, flight.dependencies);
  }
}
