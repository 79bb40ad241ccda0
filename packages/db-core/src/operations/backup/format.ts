import * as z from 'zod';

/** How every backup file begins. */
export const MAGIC = Buffer.from('keelson backup\n');
export const FORMAT = 1;
export const FILE_ENDING = '.keelson';

/** What stands readable at the beginning of the file, also of an encrypted one: enough to list it and to find its key. */
export const headerSchema = z.object({
  format: z.literal(FORMAT),
  id: z.uuid(),
  engine: z.enum(['sqlite', 'postgres']),
  /** Null where the database was never given an identity. */
  databaseId: z.uuid().nullable(),
  environment: z.string().nullable(),
  takenAt: z.iso.datetime(),
  appVersion: z.string(),
  /** Which key encrypted it; null where none did. */
  keyId: z.string().nullable(),
});
export type BackupHeader = z.output<typeof headerSchema>;

const tableSchema = z.object({
  name: z.string(),
  rows: z.int().nonnegative(),
  /** Of all its rows, in whatever order they come. */
  checksum: z.string(),
});
export type TableSum = z.output<typeof tableSchema>;

/** What must be in the file, written when all of it is: a file without it is not whole. */
export const manifestSchema = z.object({
  header: headerSchema,
  /** In the order in which they ran. */
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** Where the change feed was before the snapshot was taken: whoever follows from there misses nothing. */
  feedPosition: z.string().nullable(),
  tables: z.array(tableSchema),
  /** PostgreSQL: numbers that were given. */
  sequences: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Tables whose rows aren't in it, because they mean nothing in a restored database. */
  omitted: z.array(z.string()),
  /** Of the database's own file; of the rows as text on PostgreSQL. */
  contentBytes: z.int().nonnegative(),
});
export type Manifest = z.output<typeof manifestSchema>;

/** Rows of one table, as text. */
export const rowsSchema = z.object({
  table: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string().nullable())),
});

/** What a block of the file holds. The manifest is the last one. */
export const BLOCKS = { file: 1, rows: 2, manifest: 3 } as const;
export type BlockKind = (typeof BLOCKS)[keyof typeof BLOCKS];

/**
 * What a PostgreSQL backup leaves out: a restored database begins a new epoch of its change feed, no program runs on it yet,
 * and the index of vectors is made anew from the embeddings.
 */
export const OMITTED: readonly string[] = ['change_log', 'app_instances', 'search_vectors', 'search_vector_changes'];
