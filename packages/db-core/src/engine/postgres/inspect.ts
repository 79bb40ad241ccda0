import type {
  ColumnDescription,
  ForeignKeyDescription,
  IndexDescription,
  SchemaDescription,
  TableDescription,
} from '../../schema/description.ts';
import type { Plan, Row, Runner } from '../contract.ts';
import { codecOfType } from './codecs.ts';

/** The tables of the current schema; partitions are part of their table. */
const TABLES = `
  select c.oid, c.relname
    from pg_class c
   where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`;

const COLUMNS = `
  with tables as (${TABLES})
  select t.relname as "table", a.attname as name, a.atttypid::integer as type, format_type(a.atttypid, a.atttypmod) as type_name,
         not a.attnotnull as nullable, a.atthasdef or a.attidentity <> '' as has_default
    from tables t join pg_attribute a on a.attrelid = t.oid
   where a.attnum > 0 and not a.attisdropped
   order by t.relname collate "C", a.attnum`;

const KEYS = `
  with tables as (${TABLES})
  select t.relname as "table", k.contype::text as kind, k.confdeltype::text as on_delete, f.relname as target,
         (select jsonb_agg(a.attname order by u.place) from unnest(k.conkey) with ordinality u(number, place)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number) as columns,
         (select jsonb_agg(a.attname order by u.place) from unnest(k.confkey) with ordinality u(number, place)
            join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number) as "references"
    from tables t join pg_constraint k on k.conrelid = t.oid left join pg_class f on f.oid = k.confrelid
   where k.contype in ('p', 'f')`;

const INDEXES = `
  with tables as (${TABLES})
  select t.relname as "table", c.relname as name, i.indisunique as "unique", i.indpred is not null as partial,
         (select jsonb_agg(jsonb_build_object(
                   'name', coalesce(a.attname, pg_get_indexdef(i.indexrelid, place, true)),
                   'descending', i.indoption[place - 1] & 1 = 1) order by place)
            from generate_series(1, i.indnkeyatts) place
            left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[place - 1] and a.attnum > 0) as columns
    from tables t join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
   where not i.indisprimary
   order by c.relname collate "C"`;

const ON_DELETE: Readonly<Record<string, ForeignKeyDescription['onDelete']>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
};

/** The schema as it stands on the server. */
export async function inspectPostgres(runner: Runner): Promise<SchemaDescription> {
  const rows = async (name: string, sql: string): Promise<Map<string, Row[]>> => {
    const plan: Plan = { name: `inspect.${name}`, sql, writes: false, returnsRows: true, decode: new Map() };
    const outcome = await runner.execute(plan, []);
    return Map.groupBy(outcome.rows, (row) => String(row['table']));
  };
  const columns = await rows('columns', COLUMNS);
  const keys = await rows('keys', KEYS);
  const indexes = await rows('indexes', INDEXES);
  const tables = [...columns].map(([name, described]) =>
    describeTable(name, described, keys.get(name) ?? [], indexes.get(name) ?? []),
  );
  return { tables };
}

function describeTable(
  name: string,
  columns: readonly Row[],
  keys: readonly Row[],
  indexes: readonly Row[],
): TableDescription {
  const primary = keys.find(({ kind }) => kind === 'p');
  return {
    name,
    columns: columns.map((column) => describeColumn(column)),
    primaryKey: (primary?.['columns'] ?? []) as string[],
    foreignKeys: keys
      .filter(({ kind }) => kind === 'f')
      .map(describeForeignKey)
      .sort((a, b) => (a.columns.join() < b.columns.join() ? -1 : 1)),
    indexes: indexes.map((index): IndexDescription => ({
      name: String(index['name']),
      columns: index['columns'] as IndexDescription['columns'],
      unique: index['unique'] === true,
      partial: index['partial'] === true,
    })),
  };
}

function describeColumn(column: Row): ColumnDescription {
  return {
    name: String(column['name']),
    // A type that none of our columns has: harmless in another program's table, a difference in one of ours.
    codec: codecOfType(Number(column['type'])) ?? 'blob',
    nullable: column['nullable'] === true,
    hasDefault: column['has_default'] === true,
  };
}

function describeForeignKey(key: Row): ForeignKeyDescription {
  return {
    columns: key['columns'] as string[],
    table: String(key['target']),
    references: key['references'] as string[],
    onDelete: ON_DELETE[String(key['on_delete'])] ?? 'no action',
  };
}
