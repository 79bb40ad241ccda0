import type { Engine } from '../engine/contract.ts';
import { SchemaValidationError } from '../errors/index.ts';
import { compareSchemas, type DifferenceKind, type SchemaDifference } from './compare.ts';
import type { SchemaDescription } from './description.ts';
import { schema } from './generated/tables.ts';
import { scopeOf } from './table-scopes.ts';

/** What may differ while every query still means what it should: an application's own tables, and indexes that an operator added or dropped. */
const HARMLESS: ReadonlySet<DifferenceKind> = new Set(['extra-table', 'extra-column', 'column-order', 'extra-index']);

/**
 * Compares a live database with what this version works with. Throws `SchemaValidationError` for a table, column, key,
 * unique index or policy that is missing or different; its details list every difference. Gives the schema that was found.
 */
export async function validateSchema(engine: Engine, expected: SchemaDescription = schema): Promise<SchemaDescription> {
  const actual = await engine.inspect();
  const grave = [
    ...compareSchemas(expected, actual).filter((difference) => !isHarmless(difference, expected)),
    ...(await unprotectedTables(engine, expected)),
  ];
  if (grave.length === 0) return actual;
  const missing = grave.some(({ kind }) => kind === 'missing-table' || kind === 'missing-column');
  throw new SchemaValidationError(
    `The database isn't what this version works with. ${grave.map(({ message }) => message).join(' ')}`,
    {
      ...(missing
        ? {
            hint: 'Run `keelson migrate`. If nothing is pending, something else changed the schema: compare with docs/schema.md, or restore a backup.',
          }
        : {}),
      details: { differences: grave },
    },
  );
}

/** On PostgreSQL every table with owners has the policy that keeps them apart, whether it is made use of or not. */
async function unprotectedTables(engine: Engine, expected: SchemaDescription): Promise<SchemaDifference[]> {
  const tenant = expected.tables.filter((table) => scopeOf(table) === 'tenant').map(({ name }) => name);
  const { faults = [] } = (await engine.rowSecurity(tenant)) ?? {};
  return faults.flatMap(({ table, message }) =>
    table === undefined ? [] : [{ kind: 'row-security' as const, table, message }],
  );
}

/** A plain index only makes a query slow; a unique one is a rule. */
function isHarmless({ kind, table, name }: SchemaDifference, expected: SchemaDescription): boolean {
  if (HARMLESS.has(kind)) return true;
  if (kind !== 'missing-index' && kind !== 'changed-index') return false;
  const index = expected.tables
    .find((candidate) => candidate.name === table)
    ?.indexes.find((candidate) => candidate.name === name);
  return index?.unique !== true;
}
