import pg, { type Connection, type QueryConfig, type QueryResult } from 'pg';
import type { Plan, Row } from '../contract.ts';
import { USER_SETTING } from '../marks.ts';

/** As whom a statement runs: a role, and the user whose rows the policies let it reach. */
export interface Identity {
  readonly role: string;
  readonly userId: string;
}

/** The program's own: the role that signed in. No row has an empty owner. */
export const PROGRAM: Identity = { role: 'none', userId: '' };

/** Holds until the transaction ends, or is rolled back to a savepoint before it. */
export const BECOME: Plan = {
  name: 'engine.become',
  sql: `select set_config('role', $1, true), set_config('${USER_SETTING}', $2, true)`,
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

export function becomeValues({ role, userId }: Identity): string[] {
  return [role, userId];
}

type Answer = (error: Error | null, result: QueryResult<Row>) => void;

/** The parts of the driver's query that its types leave out. */
interface DriverQuery {
  prepare(connection: Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}

/** The connection's messages, in the form that the driver sends them. */
interface Messages {
  parse(message: { readonly text: string; readonly name: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly string[] }): void;
  execute(message: { readonly portal: string }): void;
}

const DriverQuery = pg.Query as unknown as new (config: QueryConfig<unknown[]>, answer: Answer) => DriverQuery;

/**
 * A statement that is run as somebody. Both go to the server with one Sync behind them, so that outside a transaction
 * they are one by themselves: it takes one round trip, and nothing of the identity is left afterwards, however it ends.
 */
export class IdentifiedQuery extends DriverQuery {
  readonly #identity: Identity;
  /** Under which name the connection has `BECOME` prepared; none: it is parsed each time. */
  readonly #become: string | undefined;
  #isIdentified = false;

  constructor(
    config: QueryConfig<unknown[]>,
    { identity, become }: { readonly identity: Identity; readonly become: string | undefined },
    answer: Answer,
  ) {
    super({ ...config, queryMode: 'extended' } as QueryConfig<unknown[]>, answer);
    this.#identity = identity;
    this.#become = become;
  }

  override prepare(connection: Connection): void {
    const messages = connection as unknown as Messages;
    const name = this.#become ?? '';
    if (name === '') messages.parse({ text: BECOME.sql, name });
    messages.bind({ statement: name, values: becomeValues(this.#identity) });
    messages.execute({ portal: '' });
    super.prepare(connection);
  }

  /** The row that `BECOME` gives is nobody's. */
  override handleDataRow(message: unknown): void {
    if (this.#isIdentified) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#isIdentified) super.handleCommandComplete(message, connection);
    this.#isIdentified = true;
  }
}
