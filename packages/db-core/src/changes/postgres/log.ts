import { setTimeout as sleep } from 'node:timers/promises';
import type { Kernel } from '../../database/kernel.ts';
import type { Plan, Row } from '../../engine/contract.ts';
import type { ChangeLog, LogEntry, LogPage, LogRead, LogRest } from '../log.ts';
import { assertReachable, type Position, type Snapshot } from '../position.ts';
import { Marks } from './marks.ts';

/**
 * The snapshot is the one that the statement itself reads by. Its xmax is no more than the id after the last transaction
 * that has ended, and others may be under way with ids from there on: `age` counts those that have been given since.
 */
const STATE = `e.id AS epoch, e.pruned_seq AS pruned, pg_current_snapshot()::text AS snapshot,
  age(pg_snapshot_xmax(pg_current_snapshot())::xid) AS beyond,
  (SELECT coalesce(max(seq), 0) FROM change_log) AS newest`;

function read(name: string, filter: string): Plan {
  return {
    name,
    sql: `SELECT ${STATE}, c.* FROM change_epoch AS e LEFT JOIN (
        SELECT l.seq, t.name AS "table", l.operation, l.key, l.user_id, l.at
        FROM change_log AS l JOIN change_tables AS t ON t.number = l.table_number
        WHERE l.seq > $1
          AND (l.transaction_id >= $2 OR l.transaction_id = ANY ($3::bigint[]))
          AND l.transaction_id < $4 AND l.transaction_id <> ALL ($5::bigint[])${filter}
        ORDER BY l.seq LIMIT $6
      ) AS c ON true ORDER BY c.seq`,
    writes: false,
    returnsRows: true,
    decode: new Map(),
  };
}

const READ = read('changes.read', '');
const READ_USER = read('changes.readUser', ' AND l.user_id = $7');

const END: Plan = {
  name: 'changes.end',
  sql: `SELECT ${STATE} FROM change_epoch AS e`,
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

const REST: Plan = {
  name: 'changes.rest',
  sql: `SELECT ${STATE}, r.* FROM change_epoch AS e CROSS JOIN (
      SELECT count(*) AS entries, min(l.at) AS oldest FROM (
        SELECT at FROM change_log
        WHERE seq > $1
          AND (transaction_id >= $2 OR transaction_id = ANY ($3::bigint[]))
          AND NOT (seq <= $4 AND transaction_id < $5 AND transaction_id <> ALL ($6::bigint[]))
        ORDER BY seq LIMIT $7
      ) AS l
    ) AS r`,
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

const MOST_LOOKS = 20;
const LOOK_MS = 10;

const NOTHING: Snapshot = { xmin: 0, xmax: 0, running: [] };
const EVERYTHING: Snapshot = { xmin: Number.MAX_SAFE_INTEGER, xmax: Number.MAX_SAFE_INTEGER, running: [] };

/**
 * Transactions end in another order than they take numbers, so a position is a snapshot: what comes next is what a later
 * snapshot sees and this one didn't. No transaction that stays open holds back what others have committed. Between two
 * snapshots entries go by their numbers: an entry that depends on another one has the higher one. Only the primary knows
 * which transactions run; a standby doesn't.
 */
export class PostgresChangeLog implements ChangeLog {
  readonly #kernel: Kernel;
  readonly #marks = new Marks();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async read({ after, limit, userId }: LogRead): Promise<LogPage> {
    const seen = after?.seen ?? NOTHING;
    const window = after?.window;
    const floor = Math.max(after?.floor ?? 0, this.#marks.floorOf(seen));
    // A new window shows whatever the statement sees; one that was begun shows what its own snapshot saw.
    const until = window?.snapshot ?? EVERYTHING;
    const values = [
      Math.max(floor, window?.last ?? 0),
      seen.xmax,
      list(seen.running),
      until.xmax,
      list(until.running),
      limit,
      ...(userId === undefined ? [] : [userId]),
    ];
    const rows = await this.#run(userId === undefined ? READ : READ_USER, values);
    const { epoch, pruned, snapshot: current, next, newest } = stateOf(rows);
    assertReachable({ epoch: after?.epoch, floor }, { epoch, pruned });
    this.#marks.add({ next, seq: newest }, current);
    const snapshot = window?.snapshot ?? current;
    const entries: LogEntry[] = rows
      .filter((row) => row['seq'] !== null)
      .map((row) => ({ row, position: { epoch, floor, seen, window: { snapshot, last: Number(row['seq']) } } }));
    const last = entries.at(-1);
    if (last !== undefined && entries.length === limit) return { entries, position: last.position, more: true };
    const position = { epoch, floor: Math.max(floor, this.#marks.floorOf(snapshot)), seen: snapshot };
    // What was committed after the window's snapshot comes with the next one.
    return { entries, position, more: window !== undefined };
  }

  async rest(after: Position | undefined, most: number): Promise<LogRest> {
    const seen = after?.seen ?? NOTHING;
    const given = { snapshot: NOTHING, last: 0, ...after?.window };
    const floor = after?.floor ?? 0;
    const rows = await this.#run(REST, [
      Math.max(floor, this.#marks.floorOf(seen)),
      seen.xmax,
      list(seen.running),
      given.last,
      given.snapshot.xmax,
      list(given.snapshot.running),
      most,
    ]);
    assertReachable({ epoch: after?.epoch, floor }, stateOf(rows));
    return { entries: Number(rows[0]?.['entries']), oldest: rows[0]?.['oldest'] as Date | null };
  }

  async end(): Promise<Position> {
    for (let look = 1; ; look += 1) {
      const { epoch, pruned, snapshot, next, newest } = stateOf(await this.#run(END, []));
      this.#marks.add({ next, seq: newest }, snapshot);
      const floor = Math.max(pruned, this.#marks.floorOf(snapshot));
      // Without a good floor every read begins at the log's beginning; most transactions end in a moment.
      if (floor > pruned || newest === pruned || look === MOST_LOOKS) return { epoch, floor, seen: snapshot };
      await sleep(LOOK_MS);
    }
  }

  async #run(plan: Plan, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.#kernel.statement(
      plan,
      undefined,
      (runner) => runner.execute(plan, values),
      (outcome) => outcome.rows.length,
    );
    return rows;
  }
}

function list(transactions: readonly number[]): string {
  return `{${transactions.join(',')}}`;
}

/** `xmin:xmax:running,running…` */
function parseSnapshot(text: string): Snapshot {
  const [xmin, xmax, running = ''] = text.split(':');
  return { xmin: Number(xmin), xmax: Number(xmax), running: running === '' ? [] : running.split(',').map(Number) };
}

interface State {
  readonly epoch: string;
  readonly pruned: number;
  readonly snapshot: Snapshot;
  /** No transaction had this id yet when the statement ran. */
  readonly next: number;
  /** The highest number that the snapshot sees. */
  readonly newest: number;
}

function stateOf([row]: readonly Row[]): State {
  const snapshot = parseSnapshot(String(row?.['snapshot']));
  return {
    epoch: String(row?.['epoch']),
    pruned: Number(row?.['pruned']),
    snapshot,
    next: snapshot.xmax + Number(row?.['beyond']),
    newest: Number(row?.['newest']),
  };
}
