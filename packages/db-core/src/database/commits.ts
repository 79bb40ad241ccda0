/** Told whose rows were written; undefined where it may have been anybody's. */
export type CommitListener = (userId: string | undefined) => void;

/** Tells those who wait for changes that this process has committed something. */
export class Commits {
  readonly #listeners = new Set<CommitListener>();

  /** Gives what ends it. */
  listen(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(userId: string | undefined): void {
    for (const listener of this.#listeners) listener(userId);
  }
}
