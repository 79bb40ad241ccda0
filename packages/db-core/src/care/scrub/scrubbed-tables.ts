import { ConfigurationError } from '../../errors/index.ts';
import { TABLE_CARE } from '../../schema/column-classes.ts';
import type { ColumnDescription, SchemaDescription, TableDescription } from '../../schema/description.ts';
import type { JsonValue } from '../../schema/json.ts';
import { isOfVectorIndex } from '../vector-index.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Tables whose rows a scrubbed copy doesn't have, and why. */
const LEFT_EMPTY: Readonly<Record<string, string>> = {
  database_identity: 'the copy is a database of its own',
  api_tokens: 'they open the database',
  user_sessions: 'they open the database',
  sign_in_failures: 'they tell who tried to sign in',
  conversation_cold_parts: 'they hold texts; conversations in cold storage have no messages in the copy',
  settings: 'they may hold secrets; the copy gets settings of its own',
  audit_events: 'they tell what people did',
  change_log: 'the copy begins a new epoch of its change feed',
  change_consumers: 'nobody follows the copy yet',
  jobs: 'nothing is to be done twice',
  job_logs: 'nothing is to be done twice',
  schedules: 'nothing is to begin by itself',
  idempotency_keys: 'they hold answers to requests',
  system_logs: 'they may hold what people wrote',
  app_instances: 'no program runs on the copy yet',
  backups: 'they are of the source',
  erasures: 'they are of the source',
  erasure_permits: 'they are of one transaction',
  conversation_checkpoints: 'what programs keep in them is in a form that only they can read',
  conversation_checkpoint_writes: 'what programs keep in them is in a form that only they can read',
  alerts: 'they are of the source',
  alert_watch: 'it is of the source',
  search_embedding_marks: 'embeddings are made anew',
  search_embeddings: 'they are made from texts; they can be made anew',
  search_marks: 'the index is made anew from the replaced texts',
  search_indexes: 'the index is made anew from the replaced texts',
  search_entries: 'the index is made anew from the replaced texts',
  search_postings: 'the index is made anew from the replaced texts',
};

/** Members of JSON whose text says only what kind of thing it is. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  'conversation_messages.parts': ['type', 'mediaType'],
};

/** What becomes of a column's values. Null stays null. */
export type Replacement = (value: string) => string | null;

export interface ScrubbedTable {
  readonly name: string;
  /** Why the copy has none of its rows; null where it has all of them. */
  readonly emptied: string | null;
  /** By column; what isn't in it stays as it is. */
  readonly replaced: ReadonlyMap<string, Replacement>;
}

/** What becomes of each table. @throws ConfigurationError for a column of which nobody knows what it may tell */
export function scrubbedTables({ tables }: SchemaDescription, pseudonyms: Pseudonyms): readonly ScrubbedTable[] {
  const stored = tables.filter(({ name }) => !isOfVectorIndex(name));
  const unclassed = stored.flatMap(({ name, columns }) =>
    columns.flatMap((column) =>
      TABLE_CARE[name]?.columns[column.name] === undefined ? [`${name}.${column.name}`] : [],
    ),
  );
  if (unclassed.length > 0)
    throw new ConfigurationError(`Nobody knows whether these columns are personal: ${unclassed.join(', ')}.`, {
      hint: 'A scrubbed copy is made only of tables whose columns all have a class. Those of an application or of another program have none.',
      details: { unclassed },
    });
  return stored.map((table) => ({
    name: table.name,
    emptied: LEFT_EMPTY[table.name] ?? null,
    replaced: new Map(
      table.columns.flatMap((column): [string, Replacement][] => {
        const replacement = replacementOf(table, column, pseudonyms);
        return replacement === undefined ? [] : [[column.name, replacement]];
      }),
    ),
  }));
}

function replacementOf(
  table: TableDescription,
  column: ColumnDescription,
  pseudonyms: Pseudonyms,
): Replacement | undefined {
  const care = TABLE_CARE[table.name];
  if ((care?.owners ?? ['user_id']).includes(column.name)) return (value) => pseudonyms.owner(value);
  const kind = care?.columns[column.name];
  if (kind === 'secret') return column.nullable ? () => null : (value) => pseudonyms.unusable(value);
  if (kind !== 'personal') return undefined;
  if (column.codec === 'json') {
    const kept = KINDS[`${table.name}.${column.name}`];
    return (value) => JSON.stringify(pseudonyms.json(JSON.parse(value) as JsonValue, kept));
  }
  if (column.codec === 'text' || column.codec === 'uuid')
    return isUnique(table, column) ? (value) => pseudonyms.unique(value) : (value) => pseudonyms.text(value);
  if (column.nullable) return () => null;
  // Of a table that the copy doesn't fill nothing is ever replaced.
  return LEFT_EMPTY[table.name] === undefined ? refuse(table, column) : undefined;
}

function isUnique({ primaryKey, indexes }: TableDescription, { name, codec }: ColumnDescription): boolean {
  if (codec === 'uuid' || primaryKey.includes(name)) return true;
  return indexes.some(({ unique, columns }) => unique && columns.some((column) => column.name === name));
}

function refuse({ name }: TableDescription, column: ColumnDescription): never {
  throw new ConfigurationError(`${name}.${column.name} is personal, and nothing can stand in its place.`, {
    hint: 'Only texts and JSON are replaced, and what may be null is left out.',
  });
}
