/** One change of one row. What the row is now has to be read; what the changes say is only which one to read. */
export interface Change {
  /** Where to go on after this one. */
  readonly position: string;
  readonly table: string;
  readonly operation: 'insert' | 'update' | 'delete';
  /** The row's id. */
  readonly key: string;
  /** The row's owner. */
  readonly userId: string;
  /** By the clock of the database. Not the order: that is the order in which changes are given. */
  readonly at: Date;
}

export interface ChangeBatch {
  readonly changes: readonly Change[];
  /** Where to go on: after the last of the changes, and after everything that was passed over before it. */
  readonly position: string;
  /** Are there more, as far as is known now? */
  readonly more: boolean;
}

export interface ReadChanges {
  /** A position that was given before. Default: the oldest change of this epoch. */
  readonly after?: string | undefined;
  /** How many at most, up to 5,000. Default: 500. */
  readonly limit?: number | undefined;
  /** Only changes of this user's rows. Default: everybody's, which is for the system alone. */
  readonly userId?: string | undefined;
}

export interface FollowChanges {
  /** Default: now. */
  readonly after?: string | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** As for {@link ReadChanges}. */
  readonly userId?: string | undefined;
}

export interface FollowBatches extends FollowChanges {
  /** After so long without changes comes a batch that has none, whose position is further. Default: see `batches`. */
  readonly idleMs?: number | undefined;
}

export interface SubscribeChanges {
  /** Given every change soon after its commit, a batch at a time. It must not throw. */
  readonly onChanges: (batch: ChangeBatch) => void;
  /**
   * Called when changes were missed: they had been removed, the epoch is over, or they were too many to be worth reading.
   * What follows is what changed after the position.
   */
  readonly onMissed: (position: string) => void;
}

/** Being told of everybody's changes in the background, until it is closed. */
export interface ChangeSubscription {
  /** Whatever was committed before this moment (by `performance.now()`) has been handed over. */
  readonly currentAt: number;
  /** Resolves once whatever was committed before the call has been handed over; rejects where the database doesn't tell. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

/** Why there is no way from a position to now: its epoch is over, or entries after it have been removed. */
export type ResyncReason = 'epoch' | 'behind';

export interface ConsumeChanges {
  /** Ends it, after the batch that it is at. */
  readonly signal: AbortSignal;
  /** Changes in one transaction at most. Default: 500. */
  readonly batchSize?: number;
  /** How long an instance that died keeps others from taking over. Default: 10,000 ms. */
  readonly leaseMs?: number;
  /**
   * Called when changes were missed, inside the transaction that sets the position to now: what it reads is at least as
   * new as that. Without it `consume` rejects with `ResyncRequiredError`.
   */
  readonly onResync?: (reason: ResyncReason) => Promise<void>;
}

/** What goes on inside the transaction in which the position is kept: both happen, or neither. */
export type ChangeHandler = (changes: readonly Change[]) => Promise<void>;

/** How far a named consumer has come. */
export interface ChangeConsumer {
  readonly name: string;
  /** Is an instance of it at work? One that died counts until its lease is over. */
  readonly isRunning: boolean;
  /** Changes that it has not handled; never more than 10,000, which stands for that many and more. Null: see `resync`. */
  readonly behind: number | null;
  /** For how long the oldest of them has waited, in milliseconds; 0 where there is none. Null: see `resync`. */
  readonly lagMs: number | null;
  /** Why there is no way from its position to now; null as a rule. It reads everything anew when it works next. */
  readonly resync: ResyncReason | null;
  /** When it last kept its position or its lease. */
  readonly updatedAt: Date;
}

/** How far a consumer has come that keeps its position elsewhere. */
export interface ReportedConsumer {
  readonly position: string;
  /** For how long it counts as at work unless it reports again; 0 when it ends. */
  readonly forMs: number;
}

export interface PruneChanges {
  /** Entries older than this go, in milliseconds. Default: CHANGES_RETENTION_HOURS. */
  readonly keepMs?: number;
  /** How many are kept at most, however young. Default: CHANGES_RETENTION_ROWS. */
  readonly keepRows?: number;
}

/**
 * What changed, in the order of commits: each change once, none that was rolled back, none lost, also when transactions
 * end in another order than they began. Reached as `database.changes`.
 *
 * Positions are strings that only the feed understands; they stay good until their entries are removed or a new epoch
 * begins, which is told by `ResyncRequiredError`.
 */
export interface ChangeFeed {
  /** The position of now: whoever reads everything after having asked for it misses nothing by following from it. */
  position(): Promise<string>;
  /**
   * What there is after a position.
   *
   * @throws ResyncRequiredError; ValidationError when the position is none
   */
  read(options?: ReadChanges): Promise<ChangeBatch>;
  /**
   * What comes after a position, for as long as it is asked.
   *
   * @example
   * ```ts
   * for await (const change of database.changes.follow({ userId: 'ada', signal })) {
   *   console.log(change.operation, change.table, change.key);
   * }
   * ```
   */
  follow(options?: FollowChanges): AsyncIterableIterator<Change>;
  /**
   * As {@link follow}, in batches as they were read, for whoever passes them on and may lose the connection: where to go on
   * is told also while nothing changes, every 15 seconds to those who follow a user.
   */
  batches(options?: FollowBatches): AsyncIterableIterator<ChangeBatch>;
  /**
   * Hands every change to the handler, once in effect, until the signal ends it: the handler's writes are in the
   * transaction that keeps the position. A name is at work once at a time, also across processes; who comes second waits,
   * and takes over when the first one ends or dies. A new name begins with the oldest change of the epoch.
   *
   * @throws whatever the handler throws; ResyncRequiredError
   * @example
   * ```ts
   * await database.changes.consume('audit', (changes) => record(database, changes), { signal });
   * ```
   */
  consume(name: string, handler: ChangeHandler, options: ConsumeChanges): Promise<void>;
  /**
   * Begins now to hand every change to a function. For what is kept in memory and must not grow old: a failing database only
   * delays, and `currentAt` shows it.
   */
  subscribe(options: SubscribeChanges): Promise<ChangeSubscription>;
  /**
   * For a consumer that reads by itself and keeps its position where its work takes effect, such as in another database:
   * tells how far it has come, so that it is seen among {@link consumers}. Tell only what has taken effect there.
   *
   * @throws ValidationError when the position is none
   */
  report(name: string, reported: ReportedConsumer): Promise<void>;
  /** Every consumer that there has been, by name. */
  consumers(): Promise<readonly ChangeConsumer[]>;
  /** A consumer that is no more; one of this name begins anew. Gives whether there was one. */
  removeConsumer(name: string): Promise<boolean>;
  /** Removes old entries, in chunks. Gives how many. */
  prune(options?: PruneChanges): Promise<number>;
  /** After a restore or a move: forgets all entries, and lets every position require a resync. */
  startEpoch(): Promise<void>;
  /** Stops waiting. Called by `database.close()`. */
  close(): Promise<void>;
}
