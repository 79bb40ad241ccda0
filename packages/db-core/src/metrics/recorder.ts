import type { EngineKind } from '../engine/contract.ts';
import { KeelsonError, PoolExhaustedError } from '../errors/index.ts';
import type { DatabaseEvent } from '../events/events.ts';
import type { WorkerEvent } from '../jobs/worker.ts';
import type { Sample } from './contract.ts';
import { Counts } from './counts.ts';
import * as definitions from './definitions.ts';
import { Timings } from './timings.ts';

/** OpenTelemetry's names of the engines. */
export const SYSTEM_NAMES: Readonly<Record<EngineKind, string>> = { sqlite: 'sqlite', postgres: 'postgresql' };

/** The pool of a process needs no name of its own. */
export const POOL_NAME = 'keelson';

const LOCK_CODES = new Set(['LOCK_TIMEOUT', 'DEADLOCK', 'SERIALIZATION']);

/** Counts what a database and its worker tell. */
export class Recorder {
  readonly timings: readonly Timings[];
  readonly #system: string;
  readonly #statements = new Timings(definitions.operationDuration);
  readonly #transactions = new Timings(definitions.transactionDuration);
  readonly #connectionWaits = new Timings(definitions.connectionWait);
  readonly #lockWaits = new Timings(definitions.lockWait);
  readonly #jobDurations = new Timings(definitions.jobDuration);
  readonly #errors = new Counts(definitions.errors);
  readonly #retries = new Counts(definitions.retries);
  readonly #connectionErrors = new Counts(definitions.connectionErrors);
  readonly #connectionTimeouts = new Counts(definitions.connectionTimeouts);
  readonly #breakerTransitions = new Counts(definitions.breakerTransitions);
  readonly #lockFailures = new Counts(definitions.lockFailures);
  readonly #jobs = new Counts(definitions.jobsEnded);
  readonly #troubles = new Counts(definitions.workerTrouble);
  /** A statement's error passes through its transaction as well. */
  readonly #counted = new WeakSet<Error>();
  #activeJobs = 0;

  constructor(engine: EngineKind) {
    this.#system = SYSTEM_NAMES[engine];
    this.timings = [this.#statements, this.#transactions, this.#connectionWaits, this.#lockWaits, this.#jobDurations];
  }

  counters(): readonly Counts[] {
    return [
      this.#errors,
      this.#retries,
      this.#connectionErrors,
      this.#connectionTimeouts,
      this.#breakerTransitions,
      this.#lockFailures,
      this.#jobs,
      this.#troubles,
    ];
  }

  gauges(): readonly Sample[] {
    return [{ metric: definitions.jobsActive, value: this.#activeJobs }];
  }

  onEvent(event: DatabaseEvent): void {
    switch (event.type) {
      case 'query':
        this.#onStatement(event.name, event.durationMs, event.error);
        return;
      case 'transaction':
        this.#onTransaction(event.durationMs, event.error);
        return;
      case 'connection-wait':
        this.#onConnectionWait(event.durationMs, event.error);
        return;
      case 'lock-wait':
        this.#lockWaits.add(event.of, event.durationMs, () => ({ of: event.of }));
        return;
      case 'retry':
        this.#retries.add({ scope: event.scope, error_type: codeOf(event.error) });
        return;
      case 'breaker':
        this.#breakerTransitions.add({ state: event.state });
        return;
      case 'connection-error':
        this.#connectionErrors.add({ error_type: codeOf(event.error) });
        return;
      case 'slow-query':
      case 'system-access':
      case 'migration':
      // The cache and the replicas are asked for their own figures.
      case 'cache-stale':
      case 'cache-store':
      case 'replica':
      // What comes of it is the log's size.
      case 'checkpoint-error':
        return;
    }
  }

  onWorkerEvent(event: WorkerEvent): void {
    if (event.type === 'trouble') {
      this.#troubles.add({ error_type: codeOf(event.error) });
      return;
    }
    if (event.type === 'started') {
      this.#activeJobs += 1;
      return;
    }
    const labels = { kind: event.job.kind, outcome: event.ending.outcome };
    this.#activeJobs -= 1;
    this.#jobs.add(labels);
    this.#jobDurations.add(`${labels.kind}\0${labels.outcome}`, event.durationMs, () => labels);
  }

  #onStatement(name: string, durationMs: number, error: Error | undefined): void {
    if (error === undefined) {
      this.#statements.add(name, durationMs, () => ({ db_system_name: this.#system, db_query_summary: name }));
      return;
    }
    const code = this.#count(error);
    const labels = { db_system_name: this.#system, db_query_summary: name, error_type: code };
    this.#statements.add(`${name}\0${code}`, durationMs, () => labels);
  }

  #onTransaction(durationMs: number, error: Error | undefined): void {
    const code = error === undefined ? '' : this.#count(error);
    this.#transactions.add(code, durationMs, () => ({ db_system_name: this.#system, ...failure(code) }));
  }

  #onConnectionWait(durationMs: number, error: Error | undefined): void {
    const code = error === undefined ? '' : codeOf(error);
    const pool = { db_client_connection_pool_name: POOL_NAME };
    this.#connectionWaits.add(code, durationMs, () => ({ ...pool, ...failure(code) }));
    if (error instanceof PoolExhaustedError) this.#connectionTimeouts.add(pool);
  }

  /** Gives its code. */
  #count(error: Error): string {
    const code = codeOf(error);
    if (this.#counted.has(error)) return code;
    this.#counted.add(error);
    this.#errors.add({ db_system_name: this.#system, error_type: code });
    if (LOCK_CODES.has(code)) this.#lockFailures.add({ error_type: code });
    return code;
  }
}

function failure(code: string): Readonly<Record<string, string>> {
  return code === '' ? {} : { error_type: code };
}

/** Errors of a program's own, thrown inside a transaction, have names that can be anything. */
function codeOf(error: unknown): string {
  return error instanceof KeelsonError ? error.code : 'OTHER';
}
