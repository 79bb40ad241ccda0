import type { ColumnType } from 'kysely';
import type { DB } from './generated/database-types.ts';
import type { TenantTable } from './generated/tables.ts';

/**
 * The tables of an application's own migrations. Declare them once, and queries know them:
 *
 * @example
 * ```ts
 * declare module '@keelson/db-core' {
 *   interface ApplicationTables {
 *     acme_notes: { user_id: string; id: string; text: string };
 *   }
 * }
 * ```
 */
export interface ApplicationTables {}

/** Every table, as the system handle sees it. */
export type SystemDatabase = DB & ApplicationTables;

type Owned<Columns> = Omit<Columns, 'user_id'> & { user_id: ColumnType<string, never, never> };

/**
 * The tables of a user's handle. Their `user_id` can be read; it is never written, because the guard does that.
 */
export type TenantDatabase = {
  [Table in TenantTable]: Owned<DB[Table]>;
} & {
  [Table in keyof ApplicationTables as ApplicationTables[Table] extends { user_id: string } ? Table : never]: Owned<
    ApplicationTables[Table]
  >;
};
