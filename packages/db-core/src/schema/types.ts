import type { ColumnType } from 'kysely';
import type { DB } from './generated/database-types.ts';
import type { TenantTable } from './generated/tables.ts';

/** Every table, as the system handle sees it. */
export type SystemDatabase = DB;

/**
 * The tables of a user's handle. Their `user_id` can be read; it is never written, because the guard does that.
 */
export type TenantDatabase = {
  [Table in TenantTable]: Omit<DB[Table], 'user_id'> & { user_id: ColumnType<string, never, never> };
};
