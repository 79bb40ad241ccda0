import type { Kernel } from '../../database/kernel.ts';
import type { Plan, Row } from '../../engine/contract.ts';
import type { ChangeLog, LogPage, LogRead, LogRest } from '../log.ts';
import { assertReachable, type Position } from '../position.ts';

/** Entries looked at in one go: a look is synchronous, and one user's entries may be rare. */
const SPAN = 20_000;

const STATE = `e.id AS epoch, e.pruned_seq AS pruned, (SELECT coalesce(max(seq), 0) FROM change_log) AS newest`;

function read(name: string, filter: string): Plan {
  return {
    name,
    sql: `SELECT ${STATE}, c.* FROM change_epoch AS e LEFT JOIN (
        SELECT l.seq, t.name AS "table", l.operation, l.key, l.user_id, l.at
        FROM change_log AS l JOIN change_tables AS t ON t.number = l.table_number
        WHERE l.seq > ? AND l.seq <= ?${filter} ORDER BY l.seq LIMIT ?
      ) AS c ON true ORDER BY c.seq`,
    writes: false,
    returnsRows: true,
    decode: new Map(),
  };
}

const READ = read('changes.read', '');
const READ_USER = read('changes.readUser', ' AND l.user_id = ?');

const END: Plan = {
  name: 'changes.end',
  sql: `SELECT ${STATE} FROM change_epoch AS e`,
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

const REST: Plan = {
  name: 'changes.rest',
  sql: `SELECT ${STATE}, (SELECT count(*) FROM (SELECT 1 FROM change_log WHERE seq > ? LIMIT ?)) AS entries,
      (SELECT at FROM change_log WHERE seq > ? ORDER BY seq LIMIT 1) AS oldest
    FROM change_epoch AS e`,
  writes: false,
  returnsRows: true,
  decode: new Map([['oldest', 'timestamp']]),
};

/** There is one writer, so numbers are in the order of commits. */
export class SqliteChangeLog implements ChangeLog {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async read({ after, limit, userId }: LogRead): Promise<LogPage> {
    const floor = after?.floor ?? 0;
    const values = [floor, floor + SPAN, ...(userId === undefined ? [] : [userId]), limit];
    const rows = await this.#run(userId === undefined ? READ : READ_USER, values);
    const { epoch, pruned, newest } = stateOf(rows);
    assertReachable({ epoch: after?.epoch, floor }, { epoch, pruned });
    const entries = rows
      .filter((row) => row['seq'] !== null)
      .map((row) => ({ row, position: { epoch, floor: Number(row['seq']) } }));
    const reached =
      entries.length < limit ? Math.min(floor + SPAN, Math.max(floor, newest)) : entries.at(-1)?.position.floor;
    const position: Position = { epoch, floor: reached ?? floor };
    return { entries, position, more: position.floor < newest };
  }

  async rest(after: Position | undefined, most: number): Promise<LogRest> {
    const floor = after?.floor ?? 0;
    const rows = await this.#run(REST, [floor, most, floor]);
    assertReachable({ epoch: after?.epoch, floor }, stateOf(rows));
    return { entries: Number(rows[0]?.['entries']), oldest: rows[0]?.['oldest'] as Date | null };
  }

  async end(): Promise<Position> {
    const { epoch, pruned, newest } = stateOf(await this.#run(END, []));
    return { epoch, floor: Math.max(pruned, newest) };
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

function stateOf([row]: readonly Row[]): { epoch: string; pruned: number; newest: number } {
  return { epoch: String(row?.['epoch']), pruned: Number(row?.['pruned']), newest: Number(row?.['newest']) };
}
