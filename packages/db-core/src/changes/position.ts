import * as z from 'zod';
import { ResyncRequiredError, ValidationError } from '../errors/index.ts';
import type { ResyncReason } from './contract.ts';

const whole = z.number().int().nonnegative();

/** Which transactions are seen: below `xmax`, without those that were running. */
const snapshotSchema = z.object({ xmin: whole, xmax: whole, running: z.array(whole) });

const positionSchema = z.object({
  epoch: z.uuid(),
  /** Everything up to this number has been given. On SQLite that is all there is to say. */
  floor: whole,
  /** PostgreSQL: what has been given beyond that is what this snapshot sees. */
  seen: snapshotSchema.optional(),
  /** PostgreSQL: entries that `snapshot` sees and `seen` didn't are being given, and have been up to the number `last`. */
  window: z.object({ snapshot: snapshotSchema, last: whole }).optional(),
});

/** How far a reader has come. */
export type Position = z.output<typeof positionSchema>;
export type Snapshot = z.output<typeof snapshotSchema>;

export function encodePosition(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws ValidationError */
export function decodePosition(text: string): Position {
  try {
    return positionSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (cause) {
    throw new ValidationError('This is no position of the change feed; use one that the feed gave.', { cause });
  }
}

/** Is there a way from this position to now? */
export function assertReachable(
  position: { readonly epoch: string | undefined; readonly floor: number },
  state: { readonly epoch: string; readonly pruned: number },
): void {
  if (position.epoch !== undefined && position.epoch !== state.epoch) throw resync('epoch');
  if (position.floor < state.pruned) throw resync('behind');
}

function resync(reason: ResyncReason): ResyncRequiredError {
  const messages: Record<ResyncReason, string> = {
    epoch: 'The database was restored or moved since this position was given.',
    behind: 'Changes after this position have been removed already.',
  };
  return new ResyncRequiredError(messages[reason], { details: { reason } });
}
