import { hash } from 'node:crypto';
import type { TableSum } from './format.ts';

type Value = null | string | number | bigint | Uint8Array;

/**
 * Counts and checksums of tables whose rows come in any order, because a restored database gives them in another: the sum
 * of what each row hashes to. It shows damage; who wrote the file is shown by its encryption.
 */
export class TableSums {
  readonly #tables = new Map<string, { rows: number; readonly words: Uint32Array }>();

  /** Goes on from what tables held. */
  static from(tables: readonly TableSum[]): TableSums {
    const sums = new TableSums();
    for (const { name, rows, checksum } of tables) {
      const words = Uint32Array.from({ length: 8 }, (_, word) =>
        Number.parseInt(checksum.slice(8 * word, 8 * word + 8), 16),
      );
      sums.#tables.set(name, { rows, words });
    }
    return sums;
  }

  /** A table counts also without rows. */
  enter(table: string): void {
    if (!this.#tables.has(table)) this.#tables.set(table, { rows: 0, words: new Uint32Array(8) });
  }

  add(table: string, row: readonly Value[]): void {
    this.#count(table, row, 1);
  }

  /** Takes a row out that is in it. */
  remove(table: string, row: readonly Value[]): void {
    this.#count(table, row, -1);
  }

  #count(table: string, row: readonly Value[], sign: 1 | -1): void {
    this.enter(table);
    const sum = this.#tables.get(table);
    if (sum === undefined) return;
    sum.rows += sign;
    const digest = hash('sha256', row.map(told).join(''), 'buffer');
    for (let word = 0; word < sum.words.length; word += 1) {
      sum.words[word] = ((sum.words[word] ?? 0) + sign * digest.readUInt32BE(4 * word)) >>> 0;
    }
  }

  /** By name. */
  result(): TableSum[] {
    return [...this.#tables]
      .map(([name, { rows, words }]) => ({
        name,
        rows,
        checksum: [...words].map((word) => word.toString(16).padStart(8, '0')).join(''),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** With its kind and length, so that no two rows read the same. */
function told(value: Value): string {
  if (value === null) return 'n';
  if (typeof value === 'string') return `t${value.length}:${value}`;
  if (typeof value === 'object') return `b${value.length}:${Buffer.from(value).toString('base64')}`;
  return `${typeof value === 'bigint' ? 'i' : 'r'}${value};`;
}

/** What two lists of tables disagree on, in words. */
export function differencesOf(expected: readonly TableSum[], found: readonly TableSum[]): string[] {
  const byName = new Map(found.map((table) => [table.name, table]));
  const differences = expected.flatMap(({ name, rows, checksum }) => {
    const other = byName.get(name);
    if (other === undefined) return [`the table ${name} is missing`];
    if (other.rows !== rows) return [`${name} has ${other.rows} rows instead of ${rows}`];
    return other.checksum === checksum ? [] : [`the rows of ${name} are not those that were backed up`];
  });
  const known = new Set(expected.map(({ name }) => name));
  return [
    ...differences,
    ...found.filter(({ name }) => !known.has(name)).map(({ name }) => `the table ${name} is unknown`),
  ];
}
