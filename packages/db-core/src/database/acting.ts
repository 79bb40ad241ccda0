import type { UserId } from './user-id.ts';

/** Who uses the handle of an owner that isn't themselves. */
export interface ActingOptions {
  /** The person who acts. Default: the owner. */
  readonly actor?: string;
  /** Refuse every write? Default: false. */
  readonly readOnly?: boolean;
  /** The request that it is for; the audit names it. */
  readonly requestId?: string | null;
  /**
   * Called in each transaction before its first write through the handle, to note who acts: what it writes is kept or
   * undone with the rest. It must write through another handle.
   */
  readonly beforeWrite?: () => Promise<void>;
}

/** The same, checked. Code inside a transaction of such a handle gets handles that are no more powerful. */
export interface Acting {
  readonly actor: UserId;
  readonly readOnly: boolean;
  readonly requestId: string | null;
  readonly beforeWrite: (() => Promise<void>) | undefined;
}
