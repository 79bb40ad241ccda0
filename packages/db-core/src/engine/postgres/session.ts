import type { PoolClient, QueryConfig, QueryResult, Submittable } from 'pg';
import type { KeelsonError } from '../../errors/index.ts';
import type { Outcome, Plan, Row } from '../contract.ts';
import { decodeDeclared } from './codecs.ts';
import { breaksConnection, type ErrorPlace, isStaleStatement, mapPostgresError } from './errors.ts';
import { BECOME, becomeValues, IdentifiedQuery, type Identity } from './identity.ts';
import type { PostgresSettings } from './options.ts';
import { PreparedStatements, statementName } from './statements.ts';

/** How much longer than the server's own limit this side waits, at least, before it takes the server for dead. */
const ANSWER_GRACE_MS = 1000;

/** Statements sent at once, before the first answer is read. */
const PIPELINE_LENGTH = 128;

interface Sending {
  readonly name: string | undefined;
  readonly values: readonly unknown[];
  readonly identity: Identity | undefined;
}

/** One connection, with what this engine keeps of it. */
export class Session {
  readonly statements: PreparedStatements;
  /** Wait for answers as long as they take. Ends with `release`. */
  isPatient = false;
  readonly #client: PoolClient;
  readonly #settings: PostgresSettings;
  readonly #answerMs: number;
  /** What ended the connection. */
  #death: Error | undefined;
  /** Something happened after which the connection is not used again. */
  #isSuspect = false;

  constructor(client: PoolClient, settings: PostgresSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#answerMs =
      settings.statementTimeoutMs === 0
        ? 0
        : settings.statementTimeoutMs + Math.max(ANSWER_GRACE_MS, settings.statementTimeoutMs / 2);
    this.statements = new PreparedStatements(client, settings.statementCacheSize);
    // While a connection is lent out nobody else listens, and an error that nobody listens to ends the process.
    client.on('error', (error) => {
      if (this.#death !== undefined) return;
      this.#death = error;
      settings.onConnectionError(mapPostgresError(error, this.#place('run')));
    });
  }

  /** With an identity the statement is run as that one, and in a transaction what follows, too. */
  async execute(plan: Plan, values: readonly unknown[], identity?: Identity): Promise<Outcome> {
    const result = await this.#run(plan, values, identity);
    const rows = plan.decode.size === 0 ? result.rows : decodeDeclared(result.rows, result.fields, plan.decode);
    return { rows, changes: plan.writes ? (result.rowCount ?? 0) : 0 };
  }

  /** In a transaction: what follows is run as this one. */
  async become(identity: Identity): Promise<void> {
    await this.#run(BECOME, becomeValues(identity));
  }

  /** Sends the statement for many rows without waiting for each answer. Gives the changes, or throws the first error. */
  async executeEach(plan: Plan, rows: readonly (readonly unknown[])[]): Promise<number> {
    let changes = 0;
    for (let start = 0; start < rows.length; start += PIPELINE_LENGTH) {
      changes += await this.#pipeline(plan, rows.slice(start, start + PIPELINE_LENGTH));
    }
    return changes;
  }

  /** SQL text without parameters, one or more statements. */
  async text(sql: string, phase: 'run' | 'commit' = 'run'): Promise<QueryResult<Row>> {
    // What is never sent leaves nothing in doubt.
    if (this.#death !== undefined) throw this.#mapped(this.#death, 'run');
    try {
      return await this.#send({ text: sql });
    } catch (error) {
      const mapped = this.#mapped(error, phase);
      // An error comes before the word on how it left the transaction, which `release` looks at; an empty statement brings both.
      if (!this.#isSuspect) await this.#send({ text: '' }).catch(() => undefined);
      throw mapped;
    }
  }

  /** SQL text that takes as long as it takes. */
  async withoutLimit(sql: string): Promise<void> {
    this.isPatient = true;
    await this.text('set statement_timeout to 0');
    try {
      await this.text(sql);
    } finally {
      // Without its limit the connection must not serve others; and the first error is the one to tell.
      await this.text(`set statement_timeout to ${this.#settings.statementTimeoutMs}`).catch(() => {
        this.#isSuspect = true;
      });
    }
  }

  /** Gives the connection back, or throws it away when something is left open or broken. */
  release(): void {
    this.isPatient = false;
    const isClean = !this.#isSuspect && this.#death === undefined && this.#client.getTransactionStatus() === 'I';
    this.#client.release(!isClean);
  }

  /** Ends the connection at once, without a word to the server. */
  destroy(reason: string): void {
    this.#death ??= Object.assign(new Error(reason), { code: 'KEELSON_DESTROYED' });
    this.#client.connection.stream.destroy();
  }

  async #run(plan: Plan, values: readonly unknown[], identity?: Identity): Promise<QueryResult<Row>> {
    const name = this.#settings.preparedStatements ? statementName(plan) : undefined;
    try {
      return await this.#sendPlan(plan, { name, values, identity });
    } catch (error) {
      if (name !== undefined) this.statements.settle(name);
      const isNamed = name !== undefined || (identity !== undefined && this.#settings.preparedStatements);
      const isRepeatable = isNamed && isStaleStatement(error) && this.#client.getTransactionStatus() === 'I';
      if (!isRepeatable) throw this.#mapped(error, 'run', plan);
    }
    // It wasn't run, and no transaction was ended by that: it can be prepared anew, and so can all others, which may be stale too.
    try {
      await this.#send({ text: 'deallocate all' });
      this.statements.forgetAll();
      return await this.#sendPlan(plan, { name, values, identity });
    } catch (error) {
      throw this.#mapped(error, 'run', plan);
    }
  }

  #sendPlan({ sql }: Plan, { name, values, identity }: Sending): Promise<QueryResult<Row>> {
    const config = { text: sql, values: values as unknown[], ...(name === undefined ? {} : { name }) };
    if (identity !== undefined) return this.#sendAs(identity, config);
    const room = name === undefined ? undefined : this.statements.use(name);
    return room === undefined ? this.#send(config) : room.then(() => this.#send(config));
  }

  async #sendAs(identity: Identity, config: QueryConfig<unknown[]>): Promise<QueryResult<Row>> {
    const become = this.#settings.preparedStatements ? statementName(BECOME) : undefined;
    if (become !== undefined) {
      const isPrepared = this.statements.has(become);
      const room = this.statements.use(become);
      if (room !== undefined) await room;
      // Once on each connection, as any other statement, so that the driver takes note of it.
      if (!isPrepared) await this.#send({ name: become, text: BECOME.sql, values: becomeValues(identity) });
    }
    const room = config.name === undefined ? undefined : this.statements.use(config.name);
    if (room !== undefined) await room;
    return this.#send(config, { identity, become });
  }

  async #pipeline(plan: Plan, rows: readonly (readonly unknown[])[]): Promise<number> {
    const name = this.#settings.preparedStatements ? statementName(plan) : undefined;
    const room = name === undefined ? undefined : this.statements.use(name);
    if (room !== undefined) await room;
    // The option is meant for a connection's whole life, but `pg` only looks at it when a statement is put in its queue.
    const client = this.#client as { pipeline: boolean };
    client.pipeline = true;
    const sent = rows.map((values) =>
      this.#send({ text: plan.sql, values: values as unknown[], ...(name === undefined ? {} : { name }) }),
    );
    const answers = await Promise.allSettled(sent);
    client.pipeline = false;
    let changes = 0;
    for (const answer of answers) {
      if (answer.status === 'rejected') throw this.#mapped(answer.reason, 'run', plan);
      changes += answer.value.rowCount ?? 0;
    }
    return changes;
  }

  #send(
    config: QueryConfig<unknown[]>,
    as?: { readonly identity: Identity; readonly become: string | undefined },
  ): Promise<QueryResult<Row>> {
    return new Promise((resolve, reject) => {
      if (this.#death !== undefined) {
        reject(this.#death);
        return;
      }
      const isLimited = this.#answerMs > 0 && !this.isPatient;
      const timer = isLimited
        ? setTimeout(() => this.destroy(`no answer within ${this.#answerMs} ms`), this.#answerMs)
        : undefined;
      const answer = (error: Error | null, result: QueryResult<Row>): void => {
        clearTimeout(timer);
        if (error === null) resolve(result);
        else reject(error);
      };
      if (as === undefined) this.#client.query<Row, unknown[]>(config, answer);
      else this.#client.query(new IdentifiedQuery(config, as, answer) as unknown as Submittable);
    });
  }

  #mapped(error: unknown, phase: ErrorPlace['phase'], plan?: Plan): KeelsonError {
    // What ended the connection tells more than what `pg` says of it afterwards.
    const mapped = mapPostgresError(this.#death ?? error, this.#place(phase, plan));
    this.#isSuspect ||= breaksConnection(mapped);
    return mapped;
  }

  #place(phase: ErrorPlace['phase'], plan?: Plan): ErrorPlace {
    return { location: this.#settings.target.location, phase, statement: plan?.name, writes: plan?.writes };
  }
}
