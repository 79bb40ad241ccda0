import type { TableDescription } from '../schema/description.ts';
import { schema } from '../schema/generated/tables.ts';
import { scopeOf } from '../schema/table-scopes.ts';

/** Every table whose rows have owners: what tests of isolation run over. */
export const tenantTables: readonly TableDescription[] = schema.tables.filter((table) => scopeOf(table) === 'tenant');
