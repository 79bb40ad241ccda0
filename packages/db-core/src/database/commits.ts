/** Tells those who wait for changes that this process has committed something. */
export class Commits {
  readonly #listeners = new Set<() => void>();

  /** Gives what ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
