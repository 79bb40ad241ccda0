import { setTimeout as sleep } from 'node:timers/promises';
import {
  AmbiguousCommitError,
  Audit,
  type By,
  type ChangeBatch,
  CircuitOpenError,
  type Database,
  type DatabaseConfig,
  KeelsonError,
  OPERATOR,
  ResyncRequiredError,
  SYSTEM_OWNER,
} from '@keelson/db-core';
import { MirrorBusyError, MirrorTargetError } from '../errors.ts';
import { fill } from './fill.ts';
import { follow } from './follow.ts';
import { consumerNameFor, identityOf, openTarget, prepareTarget } from './open-target.ts';
import type { FillReason, MirrorEvent, MirrorParts } from './parts.ts';
import { ProgressReport } from './report.ts';
import { MirrorSource } from './source.ts';
import { type FillState, MirrorTarget } from './target.ts';

export interface MirrorOptions {
  /** Where the mirror is, as `loadDatabaseConfig({ url })` gives it: a database of its own, made when it isn't there. */
  readonly to: DatabaseConfig;
  /** Ends it; what was done by then stays, and the next run goes on from there. */
  readonly signal?: AbortSignal;
  /** Ends once everything up to now has taken effect. Default: false, it follows what changes. */
  readonly once?: boolean;
  /** Who reads everybody's figures, for the audit of `keelson:system`. Default: {@link OPERATOR}. */
  readonly by?: By;
  readonly onEvent?: (event: MirrorEvent) => void;
  /** How long a process that died keeps others from going on. Default: 15,000 ms. */
  readonly leaseMs?: number;
  /** Rows read and written at a time. Default: 1,000. */
  readonly pageSize?: number;
}

/** What one run did. */
export interface MirrorOutcome {
  /** What the mirror is called among the consumers of the source's change feed. */
  readonly consumer: string;
  /** Changes of conversations that took effect. */
  readonly changes: number;
  /** Messages brought over by fills. */
  readonly filled: number;
}

const LEASE_MS = 15_000;
const PAGE = 1000;
const AGAIN_MS = 1000;
const LOOK_MS = 100;

/**
 * Keeps a mirror of everybody's conversations in another database: who, when, which model, how many tokens, and nothing that
 * anybody wrote. It begins by bringing everything over, and then follows the change feed; how far it has come is kept in the
 * mirror, in the transaction of the rows, so that every change takes effect there once, whatever is interrupted when.
 *
 * @throws MirrorTargetError when the place is no mirror of this database, and ForeignDatabaseError for another program's file
 * @throws MirrorBusyError while another process keeps the same mirror
 * @example
 * ```ts
 * const to = loadDatabaseConfig({ url: 'sqlite:///data/analytics.db' });
 * await mirrorConversations(database, { to, once: true });
 * ```
 */
export async function mirrorConversations(database: Database, options: MirrorOptions): Promise<MirrorOutcome> {
  const own = openTarget(options.to);
  try {
    const sourceId = await identityOf(database);
    await prepareTarget(own, database);
    return await new Mirror(database, own, options).run(sourceId);
  } finally {
    await own.close();
  }
}

class Mirror {
  readonly #database: Database;
  readonly #options: MirrorOptions;
  readonly #signal: AbortSignal;
  readonly #leaseMs: number;
  readonly #parts: MirrorParts;
  #report: ProgressReport | undefined;
  #changes = 0;
  #filled = 0;

  constructor(database: Database, own: Database, options: MirrorOptions) {
    const { signal = new AbortController().signal, leaseMs = LEASE_MS, pageSize = PAGE, onEvent } = options;
    this.#database = database;
    this.#options = options;
    this.#signal = signal;
    this.#leaseMs = leaseMs;
    this.#parts = {
      source: new MirrorSource(database, pageSize),
      target: new MirrorTarget({ database: own, leaseMs, pageSize, signal }),
      tell: (event) => onEvent?.(event),
    };
  }

  async run(sourceId: string): Promise<MirrorOutcome> {
    const { target } = this.#parts;
    const { to, by = OPERATOR } = this.#options;
    const state = await target.introduce({ sourceId, consumer: consumerNameFor(to) });
    if (state.sourceId !== sourceId)
      throw new MirrorTargetError('The database to mirror into is the mirror of another database.');
    const { consumer } = state;
    await this.#takeLease();
    try {
      await this.#note(by);
      this.#report = new ProgressReport(this.#database, { consumer, leaseMs: this.#leaseMs });
      await this.#work();
    } finally {
      await this.#report?.end();
      // Whoever can't give it back lets it run out.
      await target.giveLease().catch(() => undefined);
    }
    return { consumer, changes: this.#changes, filled: this.#filled };
  }

  /** One that died has it until its time is over; longer has only one that lives. */
  async #takeLease(): Promise<void> {
    const { target, tell } = this.#parts;
    const until = performance.now() + this.#leaseMs + 2 * LOOK_MS;
    for (let isTold = false; !this.#signal.aborted; isTold = true) {
      if (await target.takeLease()) return;
      if (performance.now() > until) throw new MirrorBusyError('Another process keeps this mirror.');
      if (!isTold) tell({ type: 'waiting' });
      await sleep(LOOK_MS, undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }

  /** What is read is everybody's. */
  async #note({ userId: actor, requestId }: By): Promise<void> {
    await new Audit(this.#database).record(this.#database.forUser(SYSTEM_OWNER, { actor }), {
      action: 'conversations.mirrored',
      entity: 'users',
      ...(requestId === undefined ? {} : { requestId }),
    });
  }

  /** A server that is away only delays who follows; who came once is told. */
  async #work(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.#fillOrFollow();
        if (this.#options.once === true) return;
      } catch (error) {
        if (this.#signal.aborted) return;
        if (this.#options.once === true || !isPassing(error)) throw error;
        this.#parts.tell({ type: 'trouble', error });
        await sleep(AGAIN_MS, undefined, { signal: this.#signal }).catch(() => undefined);
      }
    }
  }

  async #fillOrFollow(): Promise<void> {
    const { target } = this.#parts;
    const { position, fill: begun } = await target.state();
    const due = await this.#dueFill(begun?.position ?? position);
    if (due !== undefined) await this.#fill(await this.#beginFill(), due);
    else if (begun !== null) await this.#fill(begun, 'resumed');
    const { position: from } = await target.state();
    if (from !== null) await this.#follow(from);
  }

  /** Is there no way on from where the mirror is? */
  async #dueFill(position: string | null): Promise<FillReason | undefined> {
    if (position === null) return 'new';
    try {
      await this.#database.changes.read({ after: position, limit: 1 });
      return undefined;
    } catch (error) {
      if (!(error instanceof ResyncRequiredError)) throw error;
      return error.details['reason'] === 'epoch' ? 'epoch' : 'behind';
    }
  }

  async #beginFill(): Promise<FillState> {
    const position = await this.#database.changes.position();
    await this.#parts.target.write((writer) => writer.beginFill(position));
    const { fill: begun } = await this.#parts.target.state();
    if (begun === null) throw new MirrorBusyError('Another process has taken the mirror over.');
    return begun;
  }

  async #fill(begun: FillState, reason: FillReason | 'resumed'): Promise<void> {
    const { source, tell } = this.#parts;
    const total = await source.countMessages();
    let messages = 0;
    tell({ type: 'filling', reason, messages, total });
    await fill(this.#parts, begun, (count) => {
      messages += count;
      this.#filled += count;
      tell({ type: 'filling', reason, messages, total });
    });
    tell({ type: 'filled', messages });
  }

  async #follow(from: string): Promise<void> {
    this.#report?.note(from);
    for await (const { changes, position, more } of this.#batches(from)) {
      const count = await follow(this.#parts, { changes, position, isCurrent: !more });
      this.#changes += count;
      this.#report?.note(position);
      if (count > 0) this.#parts.tell({ type: 'followed', changes: count });
      if (!more) this.#parts.tell({ type: 'current' });
    }
  }

  /** What there is; then what comes. */
  async *#batches(from: string): AsyncGenerator<ChangeBatch, void, undefined> {
    const { changes } = this.#database;
    let after = from;
    for (let more = true; more && !this.#signal.aborted;) {
      const batch = await changes.read({ after });
      yield batch;
      ({ position: after, more } = batch);
    }
    if (this.#options.once === true) return;
    // Also while nothing changes: the lease is to be kept.
    yield* changes.batches({ after, signal: this.#signal, idleMs: this.#leaseMs / 3 });
  }
}

/** May it work later, without anybody having done anything? What isn't known to be committed, the mirror itself tells. */
function isPassing(error: unknown): error is KeelsonError {
  return (
    error instanceof AmbiguousCommitError ||
    error instanceof CircuitOpenError ||
    (error instanceof KeelsonError && error.retriable)
  );
}
