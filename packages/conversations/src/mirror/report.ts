import type { Database } from '@keelson/db-core';

/** The source is written to no more often than this. */
const EVERY_MS = 1000;

/**
 * Tells the source how far its mirror has come, so that whoever looks there, or erases something, sees it. It is told after
 * the mirror's own commit: what the source knows is never ahead of the mirror.
 */
export class ProgressReport {
  readonly #source: Database;
  readonly #consumer: string;
  readonly #forMs: number;
  #position: string | undefined;
  #told: string | undefined;
  #toldAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> = Promise.resolve();

  constructor(source: Database, { consumer, leaseMs }: { readonly consumer: string; readonly leaseMs: number }) {
    this.#source = source;
    this.#consumer = consumer;
    // It is told again three times in a lease.
    this.#forMs = leaseMs + EVERY_MS;
  }

  /** Now, or as soon as enough time has passed since it was told last. */
  note(position: string): void {
    this.#position = position;
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(0, this.#toldAt + EVERY_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#telling = this.#tell(this.#forMs);
    }, waitMs);
  }

  /** Tells the last of it, and that nobody is at work any more. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#telling;
    await this.#tell(0);
  }

  /** What fails is told with the next position; until then the source takes the mirror for further behind than it is. */
  async #tell(forMs: number): Promise<void> {
    const position = this.#position ?? this.#told;
    if (position === undefined) return;
    this.#position = undefined;
    this.#toldAt = performance.now();
    try {
      await this.#source.changes.report(this.#consumer, { position, forMs });
      this.#told = position;
    } catch {
      this.#position ??= position;
    }
  }
}
