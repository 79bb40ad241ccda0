import * as z from 'zod';

/** How every backup file begins. */
export const MAGIC = Buffer.from('keelson backup\n');
export const FORMAT = 1;
/** Of an incremental backup: a version that knows none must not take it for a whole database. */
export const INCREMENT_FORMAT = 2;
export const FILE_ENDING = '.keelson';

/** What stands readable at the beginning of the file, also of an encrypted one: enough to list it and to find its key. */
const fullHeaderSchema = z.object({
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

const incrementHeaderSchema = fullHeaderSchema.extend({
  format: z.literal(INCREMENT_FORMAT),
  /** The full backup that its chain begins with. */
  base: z.object({ id: z.uuid(), takenAt: z.iso.datetime() }),
  /** What it goes on from, down to the last byte: see `Contents.digest`. */
  parent: z.object({ id: z.uuid(), digest: z.string() }),
  /** Its place in the chain, from 1. */
  number: z.int().positive(),
});

export const headerSchema = z.discriminatedUnion('format', [fullHeaderSchema, incrementHeaderSchema]);
export type BackupHeader = z.output<typeof headerSchema>;
export type IncrementHeader = z.output<typeof incrementHeaderSchema>;

const tableSchema = z.object({
  name: z.string(),
  rows: z.int().nonnegative(),
  /** Of all its rows, in whatever order they come. */
  checksum: z.string(),
});
export type TableSum = z.output<typeof tableSchema>;

/** What a table held that the change feed doesn't follow, a part of its rows at a time: tells which parts have changed. */
const partsSchema = z.object({
  table: z.string(),
  /** How many characters of a row's id say in which part it is; 0 where the table is one. */
  length: z.int().nonnegative(),
  parts: z.array(z.tuple([z.string(), z.string()])),
});
export type TableParts = z.output<typeof partsSchema>;

/** What must be in the file, written when all of it is: a file without it is not whole. */
export const manifestSchema = z.object({
  header: headerSchema,
  /** In the order in which they ran. */
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** Where the change feed was before the snapshot was taken: whoever follows from there misses nothing. */
  feedPosition: z.string().nullable(),
  /** What is in the file. */
  tables: z.array(tableSchema),
  /** Tables that the change feed doesn't follow; missing where no increment can go on from here. */
  untracked: z.array(partsSchema).optional(),
  /**
   * Of an increment: lines of the ledger of erasures. Where somebody was erased, the change feed has a pseudonym for them; by
   * these it is known whose rows went.
   */
  erased: z.array(z.object({ id: z.uuid(), salt: z.string(), ownerHash: z.string() })).optional(),
  /** Of an increment: how many rows each table of the database had then. */
  counts: z.array(tableSchema.omit({ checksum: true })).optional(),
  /** SHA-256 of all that comes before the manifest. */
  digest: z.string().optional(),
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
