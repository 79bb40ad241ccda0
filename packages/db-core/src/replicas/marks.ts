const MOST_USERS = 10_000;

/**
 * Until when each user has to be shown what the primary has. Time is counted in looks at the primary: a write that is
 * acknowledged before a look has a place in the log before the one that the look finds. So no write has to ask for its own
 * place, and a replica that has what a look found has every write that was marked before it.
 */
export class WriteMarks {
  readonly #mostUsers: number;
  /** The number of the next look. */
  #next = 1;
  /** What everybody needs; at first, whatever was written before this process began. */
  #everybody = 1;
  /** The look that a user needs, the oldest first. */
  readonly #users = new Map<string, number>();

  constructor(mostUsers = MOST_USERS) {
    this.#mostUsers = mostUsers;
  }

  /** Begins a look: what is marked from now on is left to the next one. Gives its number. */
  look(): number {
    return this.#next++;
  }

  /** To be called before whoever wrote is told so. Without a user it is everybody who may have to see it. */
  wrote(userId?: string): void {
    if (userId === undefined) {
      this.#everybody = this.#next;
      this.#users.clear();
      return;
    }
    this.#users.delete(userId);
    this.#users.set(userId, this.#next);
    if (this.#users.size <= this.#mostUsers) return;
    for (const [oldest, look] of this.#users) {
      // Whoever is not remembered is taken for the one that was forgotten last.
      this.#everybody = Math.max(this.#everybody, look);
      this.#users.delete(oldest);
      return;
    }
  }

  /** The look that a replica must have reached before this user may read there. */
  neededBy(userId: string): number {
    return Math.max(this.#everybody, this.#users.get(userId) ?? 0);
  }

  /** Every replica in use has reached this look. */
  reached(look: number): void {
    for (const [user, needed] of this.#users) {
      if (needed > look) return;
      this.#users.delete(user);
    }
  }

  get size(): number {
    return this.#users.size;
  }
}
