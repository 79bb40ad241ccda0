import type { KeelsonError } from '@keelson/db-core';
import type { MirrorSource } from './source.ts';
import type { MirrorTarget } from './target.ts';

/** Why everything is brought over: the mirror is new, the source was restored or moved, or changes were removed unread. */
export type FillReason = 'new' | 'epoch' | 'behind';

/** What a mirror tells of itself while it is kept. */
export type MirrorEvent =
  /** Another process keeps this mirror, or died a moment ago. */
  | { readonly type: 'waiting' }
  /** Messages brought over by this fill up to now, and about how many there are. `resumed`: it goes on where it was interrupted. */
  | {
      readonly type: 'filling';
      readonly reason: FillReason | 'resumed';
      readonly messages: number;
      readonly total: number;
    }
  | { readonly type: 'filled'; readonly messages: number }
  /** Everything up to now has taken effect. */
  | { readonly type: 'current' }
  /** Changes of conversations that have taken effect. */
  | { readonly type: 'followed'; readonly changes: number }
  /** A conversation in cold storage can't be read; what the mirror has of it stays. */
  | { readonly type: 'damaged'; readonly userId: string; readonly id: string; readonly error: KeelsonError }
  /** It goes on by itself when this has passed. */
  | { readonly type: 'trouble'; readonly error: KeelsonError };

/** What every part of a mirror's work needs. */
export interface MirrorParts {
  readonly source: MirrorSource;
  readonly target: MirrorTarget;
  readonly tell: (event: MirrorEvent) => void;
}
