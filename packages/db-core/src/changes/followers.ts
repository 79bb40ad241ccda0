import type { ChangeSubscription, SubscribeChanges } from './contract.ts';

/** One who follows the changes of one user. */
export interface Follower {
  /** Were there changes of that user since this was last set to false? Never false when there were. */
  isTold: boolean;
  /** Until there are changes, but no longer than `ms`, and not after the signal. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** Where all of the user's changes that it wasn't told of come after; undefined when it was told of some meanwhile. */
  reached(): Promise<string | undefined>;
  leave(): Promise<void>;
}

class Told implements Follower {
  isTold = true;
  readonly #looked: () => Promise<string>;
  readonly #left: (follower: Told) => Promise<void>;
  #wake: (() => void) | undefined;

  constructor(looked: () => Promise<string>, left: (follower: Told) => Promise<void>) {
    this.#looked = looked;
    this.#left = left;
  }

  tell(): void {
    this.isTold = true;
    this.#wake?.();
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.isTold || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
      this.#wake = end;
    });
  }

  async reached(): Promise<string | undefined> {
    const position = await this.#looked();
    return this.isTold ? undefined : position;
  }

  leave(): Promise<void> {
    return this.#left(this);
  }
}

/** A look at the feed that goes on, and how far it has come. */
interface Look {
  position: string;
  readonly subscription: Promise<ChangeSubscription>;
}

type BeginLook = (
  options: SubscribeChanges,
) => Promise<{ readonly subscription: ChangeSubscription; readonly position: string }>;

/**
 * Tells those who follow single users. One look at the feed does for all of them; whoever is told reads what it was. The
 * feed is looked at for as long as somebody follows.
 */
export class Followers {
  readonly #beginLook: BeginLook;
  readonly #byUser = new Map<string, Set<Told>>();
  #look: Look | undefined;

  constructor(beginLook: BeginLook) {
    this.#beginLook = beginLook;
  }

  /** What is committed from now on is told. */
  async join(userId: string): Promise<Follower> {
    const follower = new Told(
      () => this.#reached(),
      (left) => this.#leave(userId, left),
    );
    const others = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, others.add(follower));
    try {
      await this.#looking().subscription;
    } catch (error) {
      await this.#leave(userId, follower);
      throw error;
    }
    return follower;
  }

  #looking(): Look {
    if (this.#look !== undefined) return this.#look;
    const begun = this.#beginLook({
      onChanges: ({ changes, position }) => {
        look.position = position;
        for (const userId of new Set(changes.map((change) => change.userId)))
          for (const follower of this.#byUser.get(userId) ?? []) follower.tell();
      },
      onMissed: (position) => {
        look.position = position;
        for (const followers of this.#byUser.values()) for (const follower of followers) follower.tell();
      },
    });
    const subscription = begun.then(({ subscription: own, position }) => {
      look.position ||= position;
      return own;
    });
    const look: Look = { position: '', subscription };
    this.#look = look;
    // The next one who comes tries again where it couldn't begin.
    subscription.catch(() => {
      if (this.#look === look) this.#look = undefined;
    });
    return look;
  }

  async #reached(): Promise<string> {
    const look = this.#looking();
    await (await look.subscription).catchUp();
    return look.position;
  }

  async #leave(userId: string, follower: Told): Promise<void> {
    const others = this.#byUser.get(userId);
    others?.delete(follower);
    if (others?.size === 0) this.#byUser.delete(userId);
    if (this.#byUser.size > 0) return;
    const ended = this.#look;
    this.#look = undefined;
    await ended?.subscription.then(
      (subscription) => subscription.close(),
      () => undefined,
    );
  }
}
