import type { SchemaDescription } from '../src/schema/description.ts';
import { scopeOf } from '../src/schema/table-scopes.ts';

const HEADER = `// Made by \`pnpm generate\` from a migrated database; change a migration instead.
import type { SchemaDescription } from '../description.ts';
`;

/** The schema as a value, for the guard, the encoders and the check at start. */
export function generateTableMetadata(schema: SchemaDescription): string {
  const tenant = schema.tables.filter((table) => scopeOf(table) === 'tenant').map(({ name }) => `'${name}'`);
  return `${HEADER}
/** The tables whose rows have owners. */
export type TenantTable = ${tenant.join(' | ')};

/** The schema that this version works with. */
export const schema: SchemaDescription = ${literal(schema, '')};
`;
}

/** Nested lists and objects over several lines, the innermost ones on one, as a person would write them. */
function literal(value: unknown, indent: string): string {
  const flat = inline(value);
  if (
    indent.length + flat.length <= 120 &&
    !(typeof value === 'object' && value !== null && 'columns' in value && 'name' in value && indent.length < 6)
  )
    return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((item) => `${inner}${literal(item, inner)},\n`).join('')}${indent}]`;
  const entries = Object.entries(value as object).map(([key, item]) => `${inner}${key}: ${literal(item, inner)},\n`);
  return `{\n${entries.join('')}${indent}}`;
}

function inline(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${inline(item)}`)
    .join(', ')} }`;
}
