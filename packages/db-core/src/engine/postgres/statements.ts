import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Plan } from '../contract.ts';

const names = new WeakMap<Plan, string>();

/** The name under which a connection keeps the statement; undefined for one built on the spot, which may never come again. */
export function statementName(plan: Plan): string | undefined {
  if (plan.name === 'dynamic') return undefined;
  const known = names.get(plan);
  if (known !== undefined) return known;
  const name = `keelson_${createHash('sha256').update(plan.sql).digest('base64url').slice(0, 22)}`;
  names.set(plan, name);
  return name;
}

/** Where `pg` notes which names it has sent. It has no public way to make it forget one. */
interface DriverNotes {
  readonly parsedStatements: Record<string, string | undefined>;
}

/** The prepared statements of one connection: the server keeps each until told otherwise, so their number is bounded here. */
export class PreparedStatements {
  readonly #client: PoolClient;
  readonly #limit: number;
  /** In order of use, the longest unused first. */
  readonly #names = new Set<string>();

  constructor(client: PoolClient, limit: number) {
    this.#client = client;
    this.#limit = limit;
  }

  get size(): number {
    return this.#names.size;
  }

  /** Does the connection have it prepared? */
  has(name: string): boolean {
    return this.#names.has(name) && this.#notes.parsedStatements[name] !== undefined;
  }

  /** To be called before a statement is run by its name. Gives a promise only when room has to be made first. */
  use(name: string): Promise<void> | undefined {
    const isKnown = this.#names.delete(name);
    this.#names.add(name);
    return isKnown || this.#names.size <= this.#limit ? undefined : this.#makeRoom();
  }

  /** After an error: keeps what the server still has. */
  settle(name: string): void {
    if (this.#notes.parsedStatements[name] === undefined) this.#names.delete(name);
  }

  /** When the server has none of them any more. */
  forgetAll(): void {
    for (const name of this.#names) this.#forget(name);
  }

  /** Several at a time, so that a program with more statements than fit doesn't pay a round trip for each. */
  async #makeRoom(): Promise<void> {
    const oldest = [...this.#names].slice(0, Math.max(1, Math.floor(this.#limit / 8)));
    await this.#client.query(oldest.map((name) => `deallocate "${name}"`).join('; '));
    for (const name of oldest) this.#forget(name);
  }

  #forget(name: string): void {
    this.#names.delete(name);
    delete this.#notes.parsedStatements[name];
  }

  get #notes(): DriverNotes {
    return this.#client.connection as unknown as DriverNotes;
  }
}
