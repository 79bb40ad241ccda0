import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { UserHandle } from '../database/handle.ts';
import { defineQuery, type Query } from '../database/query.ts';
import { ConfigurationError } from '../errors/index.ts';
import type { TenantDatabase } from '../schema/types.ts';
import type { FacetValue } from './facets.ts';

/** What a source's query gives for each row that may be found. */
export type SearchableRow<Field extends string, Facet extends string = never, Detail extends string = never> = {
  readonly id: string;
  /** What a result is called; null where it has no name. */
  readonly title: string | null;
  /** The time by which results are filtered, and ordered where they are equally good. */
  readonly at: Date;
} & { readonly [name in Field | Facet]: string | null } & { readonly [name in Detail]: FacetValue };

/**
 * `indexed`: kept in the index, so that searches that go by it look at nothing else; for what changes only together with a
 * mark. `read`: looked at when a row that was found is read; for what changes without one, such as the state of a parent.
 */
export type FacetForm = 'indexed' | 'read';

/** What of a table is searched. */
export interface SearchSourceDefinition<Field extends string, Facet extends string, Detail extends string> {
  /** What its rows are called in search, in lower case: `message`. The same as in the migration's `trackSearch`. */
  readonly kind: string;
  readonly table: keyof TenantDatabase;
  /** Its texts, with how much a word in each counts: 1–100, whole numbers. At most 8. */
  readonly fields: { readonly [name in Field]: { readonly weight: number } };
  /** What searches can be narrowed down by besides kind and time, such as `role`. At most 8; the query gives their values. */
  readonly facets?: { readonly [name in Facet]: FacetForm };
  /** What else of a row comes with a result. */
  readonly details?: readonly Detail[];
  /**
   * The rows of these ids, as far as their owner may find them: one that it doesn't give is not found, and loses its
   * place in the index when it changes.
   */
  readonly rows: Query<{ ids: readonly string[] }, SearchableRow<NoInfer<Field>, NoInfer<Facet>, NoInfer<Detail>>>;
}

/** What of a table is searched, ready for use. Made by {@link defineSearchSource}. */
export interface SearchSource {
  readonly kind: string;
  readonly table: string;
  readonly fields: readonly { readonly name: string; readonly weight: number }[];
  readonly facets: ReadonlyMap<string, FacetForm>;
  /** Changes with whatever changes the index. */
  readonly version: string;
  /** The rows of these ids that can be found. */
  read(user: UserHandle, ids: readonly string[]): Promise<SourceRow[]>;
  /** Ids of the table's rows in their order. */
  listIds(user: UserHandle, after: string, limit: number): Promise<string[]>;
}

export interface SourceRow {
  readonly id: string;
  readonly title: string | null;
  readonly at: Date;
  /** The texts by field. */
  readonly texts: Readonly<Record<string, string>>;
  readonly facets: Readonly<Record<string, string | null>>;
  readonly details: Readonly<Record<string, FacetValue>>;
}

const facetName = z
  .string()
  .max(30)
  .regex(/^[a-z][a-zA-Z0-9]*$/, 'must be a name such as role');

const definitionSchema = z.object({
  kind: z
    .string()
    .max(50)
    .regex(/^[a-z][a-z0-9-]*$/, 'must be in lower case, such as message'),
  fields: z
    .record(z.string(), z.object({ weight: z.int().min(1).max(100) }))
    .refine((fields) => Object.keys(fields).length >= 1 && Object.keys(fields).length <= 8, 'must be 1 to 8'),
  facets: z
    .record(facetName, z.enum(['indexed', 'read']))
    .refine((facets) => Object.keys(facets).length <= 8, 'must be at most 8')
    .default({}),
});

/**
 * Declares what of a table is searched. The rest is the kernel's: keeping the index true, tokenising, ranking.
 *
 * @throws ConfigurationError when it can't be
 * @example
 * ```ts
 * const texts = defineQuery('notes.searchTexts', (db, p: { ids: readonly string[] }) =>
 *   db.selectFrom('notes').select(['id', 'title', 'body', 'created_at as at']).where('id', 'in', p.ids),
 * );
 * export const noteSource = defineSearchSource({
 *   kind: 'note',
 *   table: 'notes',
 *   fields: { title: { weight: 3 }, body: { weight: 1 } },
 *   rows: texts,
 * });
 * ```
 */
export function defineSearchSource<Field extends string, Facet extends string = never, Detail extends string = never>(
  definition: SearchSourceDefinition<Field, Facet, Detail>,
): SearchSource {
  const { kind, table, rows, details = [] } = definition;
  const checked = definitionSchema.safeParse(definition);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new ConfigurationError(
      `The search source ${kind} is not valid: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
    );
  }
  const fields = Object.entries(checked.data.fields).map(([name, { weight }]) => ({ name, weight }));
  const facets = new Map(Object.entries(checked.data.facets));
  const indexed = [...facets].filter(([, form]) => form === 'indexed').map(([name]) => name);
  const listing = defineQuery(`search.ids.${kind}`, (db, p: { after: string; limit: number }) =>
    // Every table with owners has an id; which table this is, its own type can't say.
    db
      .selectFrom(table as 'conversations')
      .select('id')
      .where('id', '>', p.after)
      .orderBy('id')
      .limit(p.limit),
  );
  return {
    kind,
    table,
    fields,
    facets,
    version: createHash('sha256')
      .update(JSON.stringify([fields, indexed]))
      .digest('hex')
      .slice(0, 8),
    read: async (user, ids) => {
      const found = (await user.all(rows, { ids })) as readonly SearchableRow<string, string, string>[];
      return found.map((row) => ({
        id: row.id,
        title: row.title,
        at: row.at,
        texts: Object.fromEntries(fields.map(({ name }) => [name, row[name] ?? ''])),
        facets: Object.fromEntries([...facets.keys()].map((name) => [name, row[name] ?? null])),
        details: Object.fromEntries(details.map((name) => [name, row[name] ?? null])),
      }));
    },
    listIds: async (user, after, limit) => (await user.all(listing, { after, limit })).map(({ id }) => id),
  };
}
