import type { Row } from '../engine/contract.ts';
import type { Position } from './position.ts';

/** What one look at the log gives. */
export interface LogPage {
  readonly entries: readonly LogEntry[];
  readonly position: Position;
  readonly more: boolean;
}

export interface LogEntry {
  readonly row: Row;
  readonly position: Position;
}

export interface LogRead {
  /** Undefined: everything of this epoch. */
  readonly after: Position | undefined;
  readonly limit: number;
  readonly userId: string | undefined;
}

/** What a reader has before it. */
export interface LogRest {
  /** At most as many as were asked for. */
  readonly entries: number;
  /** When the first of them was written. */
  readonly oldest: Date | null;
}

/** The change log of one engine. */
export interface ChangeLog {
  /** @throws ResyncRequiredError */
  read(options: LogRead): Promise<LogPage>;
  /** Counts what comes after a position, up to so many. @throws ResyncRequiredError */
  rest(after: Position | undefined, most: number): Promise<LogRest>;
  /** After everything that is committed. */
  end(): Promise<Position>;
}
