import type Database from 'better-sqlite3';
import type { Plan, Row } from '../contract.ts';
import { codecOfDeclaredType, sqliteDecoder, sqliteExpressionDecoder } from './codecs.ts';

export interface Prepared {
  readonly statement: Database.Statement<unknown[], Row>;
  readonly decode: (rows: Row[]) => Row[];
}

interface Decoder {
  readonly name: string;
  readonly decode: (value: unknown) => unknown;
}

/**
 * Prepared statements of one connection, the least recently used leaving first. Preparing costs several times what a
 * point read does.
 */
export class StatementCache {
  readonly #connection: Database.Database;
  readonly #capacity: number;
  readonly #prepared = new Map<string, Prepared & { lastUse: number }>();
  #uses = 0;

  constructor(connection: Database.Database, capacity = 500) {
    this.#connection = connection;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#prepared.size;
  }

  get(plan: Plan): Prepared {
    const known = this.#prepared.get(plan.sql);
    if (known !== undefined) {
      known.lastUse = ++this.#uses;
      return known;
    }
    const statement = this.#connection.prepare<unknown[], Row>(plan.sql);
    const entry = { statement, decode: rowDecoder(statement, plan), lastUse: ++this.#uses };
    if (this.#prepared.size >= this.#capacity) this.#evict();
    this.#prepared.set(plan.sql, entry);
    return entry;
  }

  /** Drops the older half at once, so that a stream of new statements doesn't search for the oldest every time. */
  #evict(): void {
    const byAge = [...this.#prepared].sort(([, a], [, b]) => a.lastUse - b.lastUse);
    for (const [sql] of byAge.slice(0, Math.ceil(byAge.length / 2))) this.#prepared.delete(sql);
  }
}

/** Decoding is decided once per statement, from the declared column types, and works in place on the driver's rows. */
function rowDecoder(statement: Database.Statement<unknown[], Row>, plan: Plan): (rows: Row[]) => Row[] {
  if (!statement.reader) return (rows) => rows;
  const decoders: Decoder[] = [];
  for (const column of statement.columns()) {
    const ofExpression = plan.decode.get(column.name);
    const decode =
      ofExpression === undefined
        ? sqliteDecoder(codecOfDeclaredType(column.type))
        : sqliteExpressionDecoder(ofExpression);
    if (decode !== undefined) decoders.push({ name: column.name, decode });
  }
  if (decoders.length === 0) return (rows) => rows;
  return (rows) => {
    for (const row of rows) {
      for (const { name, decode } of decoders) {
        const value = row[name];
        if (value !== null) row[name] = decode(value);
      }
    }
    return rows;
  };
}
