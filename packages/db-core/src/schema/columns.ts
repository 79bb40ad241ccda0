import type { Codec, EngineKind } from '../engine/contract.ts';
import { ConfigurationError } from '../errors/index.ts';
import { quoteName, quoteText } from './identifiers.ts';

/** What a default may be: a value that both engines write down as a literal. Times have none, the program sets them. */
export type DefaultValue = string | number | boolean;

/** What a column may hold beyond what its type says. */
export type ColumnRule =
  | { readonly kind: 'length'; readonly min: number; readonly max: number }
  | { readonly kind: 'range'; readonly min: number | undefined; readonly max: number | undefined }
  | { readonly kind: 'one-of'; readonly values: readonly string[] };

export interface ColumnSpec {
  readonly codec: Codec;
  readonly nullable: boolean;
  readonly default: DefaultValue | undefined;
  readonly rule: ColumnRule | undefined;
}

/** A column as a migration describes it. Not null unless `nullable()` says so. */
export class Column {
  readonly spec: ColumnSpec;

  constructor(spec: ColumnSpec) {
    this.spec = spec;
  }

  nullable(): Column {
    return new Column({ ...this.spec, nullable: true });
  }

  /** The value of rows that don't give one. */
  default(value: DefaultValue): Column {
    return new Column({ ...this.spec, default: value });
  }
}

export interface TextBounds {
  /** Fewest characters; default 0. */
  readonly min?: number;
  /** Most characters (code points, the same on both engines). Text that is searched or unique must have it. */
  readonly max?: number;
}

export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
}

const USER_ID_MAX = 255;

function column(codec: Codec, rule?: ColumnRule): Column {
  return new Column({ codec, nullable: false, default: undefined, rule });
}

function bounded(codec: Codec, { min, max }: NumberBounds): Column {
  return column(codec, min === undefined && max === undefined ? undefined : { kind: 'range', min, max });
}

/**
 * The types that a column may have, the same on both engines.
 *
 * @example
 * ```ts
 * m.createTable('notes', (t) => ({ user_id: t.userId(), id: t.uuid(), text: t.text({ max: 500 }).nullable() }), {
 *   primaryKey: ['user_id', 'id'],
 * });
 * ```
 */
export const columnTypes = {
  /** The owner of a row: 1–255 characters. */
  userId: (): Column => column('text', { kind: 'length', min: 1, max: USER_ID_MAX }),
  uuid: (): Column => column('uuid'),
  text: ({ min = 0, max }: TextBounds = {}): Column => {
    if (max === undefined && min > 0)
      throw new ConfigurationError('Text with a least length needs a greatest one, too.');
    return column('text', max === undefined ? undefined : { kind: 'length', min, max });
  },
  /** Text that is one of these values. Write them out: a migration that has run must never change. */
  oneOf: (values: readonly string[]): Column => column('text', { kind: 'one-of', values }),
  /** A moment in UTC, to the millisecond. */
  timestamp: (): Column => column('timestamp'),
  boolean: (): Column => column('boolean'),
  json: (): Column => column('json'),
  /** 32 bits. */
  integer: (bounds: NumberBounds = {}): Column => bounded('integer', bounds),
  /** Up to 2^53 − 1 either way, which is what JavaScript holds exactly. */
  bigint: (bounds: NumberBounds = {}): Column => bounded('bigint', bounds),
  real: (bounds: NumberBounds = {}): Column => bounded('real', bounds),
  blob: (): Column => column('blob'),
} as const;

export type ColumnTypes = typeof columnTypes;

/** Order and equality of text go by bytes on both engines, so PostgreSQL gets the collation that SQLite has. */
const DECLARED: Record<EngineKind, Record<Codec, string>> = {
  sqlite: {
    uuid: 'UUID_TEXT',
    text: 'TEXT',
    timestamp: 'TIMESTAMP',
    boolean: 'BOOLEAN',
    json: 'JSON_TEXT',
    integer: 'INTEGER',
    bigint: 'BIGINT',
    real: 'REAL',
    blob: 'BLOB',
  },
  postgres: {
    uuid: 'uuid',
    text: 'text COLLATE "C"',
    timestamp: 'timestamptz(3)',
    boolean: 'boolean',
    json: 'jsonb',
    integer: 'integer',
    bigint: 'bigint',
    real: 'double precision',
    blob: 'bytea',
  },
};

/** One column's line in CREATE TABLE or ALTER TABLE … ADD COLUMN. */
export function columnSql(engine: EngineKind, table: string, name: string, { spec }: Column): string {
  const parts = [quoteName(name), DECLARED[engine][spec.codec]];
  if (!spec.nullable) parts.push('NOT NULL');
  if (spec.default !== undefined) parts.push(`DEFAULT ${literal(engine, spec.default)}`);
  const checks =
    engine === 'sqlite'
      ? [...storedAsDeclared(quoteName(name), spec), ...ruleSql(engine, name, spec)]
      : ruleSql(engine, name, spec);
  if (checks.length > 0)
    parts.push(`CONSTRAINT ${quoteName(`${table}_${name}_check`)} CHECK (${checks.join(' AND ')})`);
  return parts.join(' ');
}

function literal(engine: EngineKind, value: DefaultValue): string {
  if (typeof value === 'string') return quoteText(value);
  if (typeof value === 'number') return String(value);
  return engine === 'sqlite' ? String(Number(value)) : String(value);
}

/**
 * SQLite stores in any column what it is given, and STRICT tables allow no type names of our own; so the checks say
 * what PostgreSQL's types say. Text needs none: its affinity turns numbers into text.
 */
function storedAsDeclared(quoted: string, { codec, nullable }: ColumnSpec): string[] {
  const stored = (type: string): string =>
    nullable ? `(${quoted} IS NULL OR typeof(${quoted}) = '${type}')` : `typeof(${quoted}) = '${type}'`;
  switch (codec) {
    case 'uuid':
      return [`length(${quoted}) = 36 AND ${quoted} NOT GLOB '*[^0-9a-f-]*'`];
    case 'timestamp':
    case 'bigint':
      return [stored('integer')];
    case 'integer':
      return [stored('integer'), `${quoted} BETWEEN ${-(2 ** 31)} AND ${2 ** 31 - 1}`];
    case 'boolean':
      return [`${quoted} IN (0, 1)`];
    case 'json':
      return [`json_valid(${quoted})`];
    case 'real':
      // Beyond lies what SQLite takes for infinite, and PostgreSQL refuses to compute.
      return [stored('real'), `abs(${quoted}) <= 1.7976931348623157e308`];
    case 'blob':
      return [stored('blob')];
    case 'text':
      return [];
  }
}

function ruleSql(engine: EngineKind, name: string, { rule }: ColumnSpec): string[] {
  const quoted = quoteName(name);
  if (rule === undefined) return [];
  switch (rule.kind) {
    case 'length': {
      const length = engine === 'sqlite' ? `length(${quoted})` : `char_length(${quoted})`;
      return [rule.min === 0 ? `${length} <= ${rule.max}` : `${length} BETWEEN ${rule.min} AND ${rule.max}`];
    }
    case 'range':
      return [
        ...(rule.min === undefined ? [] : [`${quoted} >= ${rule.min}`]),
        ...(rule.max === undefined ? [] : [`${quoted} <= ${rule.max}`]),
      ];
    case 'one-of':
      return [`${quoted} IN (${rule.values.map(quoteText).join(', ')})`];
  }
}
