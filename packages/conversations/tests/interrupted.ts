import type { Database, UserHandle } from '@keelson/db-core';

interface InterruptedOptions {
  readonly outside?: boolean;
  readonly userId?: string;
}

/**
 * Does something right before the statements of these numbers (from 0) that are made through its handle. Counts them; with
 * `outside` only those that aren't in a transaction, where nobody else comes between.
 */
export class Interrupted {
  readonly user: UserHandle;
  statements = 0;
  #inside = 0;
  before: ReadonlyMap<number, () => Promise<unknown>> = new Map();

  constructor(database: Database, { outside = false, userId = 'ada' }: InterruptedOptions = {}) {
    const user = database.forUser(userId);
    const [all, first, stream] = [user.all.bind(user), user.first.bind(user), user.stream.bind(user)];
    const transaction = user.transaction.bind(user);
    const turn = this.#turn.bind(this);
    this.user = Object.assign(user, {
      transaction: async (...work: Parameters<typeof transaction>) => {
        if (outside) await turn();
        this.#inside += outside ? 1 : 0;
        return transaction(...work).finally(() => {
          this.#inside -= outside ? 1 : 0;
        });
      },
      stream: async function* (...query: Parameters<typeof stream>) {
        await turn();
        yield* stream(...query);
      },
      all: async (...query: Parameters<typeof all>) => {
        await this.#turn();
        return all(...query);
      },
      first: async (...query: Parameters<typeof first>) => {
        await this.#turn();
        return first(...query);
      },
    } as never);
  }

  async #turn(): Promise<void> {
    if (this.#inside > 0) return;
    const turn = this.statements;
    this.statements += 1;
    await this.before.get(turn)?.();
  }
}
