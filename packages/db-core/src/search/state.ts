import * as z from 'zod';
import type { UserHandle } from '../database/handle.ts';
import type { JsonValue } from '../schema/json.ts';
import * as queries from './index.repository.ts';
import type { SearchSource } from './source.ts';
import { isCurrentVersion } from './tokenizer/version.ts';

const kindSchema = z.object({
  number: z.int(),
  entries: z.int(),
  length: z.int(),
  /** How many entries each version of tokeniser and source made. */
  tokenizers: z.record(z.string(), z.int()),
});
const kindsSchema = z.record(z.string(), kindSchema);

/** The figures of one kind of entries. */
export type KindFigures = z.output<typeof kindSchema>;

/** A block takes so many entries, or words; then the next one is begun. What a word's row costs to change depends on it. */
const BLOCK_ENTRIES = 512;
const BLOCK_TOKENS = 131_072;

type StateRow = NonNullable<Awaited<ReturnType<typeof findRow>>>;

function findRow(user: UserHandle) {
  return user.first(queries.findIndex);
}

/** The figures of an owner's index, while it is read or changed. */
export class IndexState {
  readonly version: number;
  /** What no other state of this index has had, nor one that was erased before it. */
  readonly edition: string;
  readonly kinds: Map<string, KindFigures>;
  #nextNumber: number;
  #block: number;
  #blockEntries: number;
  #blockTokens: number;

  constructor(row: StateRow) {
    this.version = row.version;
    this.edition = `${row.created_at.getTime()} ${row.version}`;
    this.kinds = new Map(Object.entries(kindsSchema.parse(row.kinds)));
    this.#nextNumber = row.next_number;
    this.#block = row.block;
    this.#blockEntries = row.block_entries;
    this.#blockTokens = row.block_tokens;
  }

  /** As it is; undefined when nothing has been indexed yet. */
  static async find(user: UserHandle): Promise<IndexState | undefined> {
    const row = await findRow(user);
    return row === undefined ? undefined : new IndexState(row);
  }

  /** For whoever changes it, until the transaction ends. */
  static async hold(user: UserHandle, now: Date): Promise<IndexState> {
    const row = (await user.first(queries.findIndexForUpdate)) ?? (await insertAndHold(user, now));
    return new IndexState(row);
  }

  get lastBlock(): number {
    return this.#block;
  }

  get entries(): number {
    return [...this.kinds.values()].reduce((sum, { entries }) => sum + entries, 0);
  }

  /** Were some entries made by another tokeniser, or with other weights, than there are now? */
  isOutdated(sources: readonly SearchSource[]): boolean {
    return sources.some(({ kind, version }) =>
      Object.entries(this.kinds.get(kind)?.tokenizers ?? {}).some(
        ([made, count]) => count > 0 && !isCurrentVersion(made, version),
      ),
    );
  }

  /** A number and a block for a new entry. */
  place(tokens: number): { readonly number: number; readonly block: number } {
    if (this.#blockEntries >= BLOCK_ENTRIES || this.#blockTokens >= BLOCK_TOKENS) {
      this.#block += 1;
      this.#blockEntries = 0;
      this.#blockTokens = 0;
    }
    this.#blockEntries += 1;
    this.#blockTokens += tokens;
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    return { number, block: this.#block };
  }

  kind(name: string): KindFigures {
    const known = this.kinds.get(name);
    if (known !== undefined) return known;
    const made = { number: this.kinds.size + 1, entries: 0, length: 0, tokenizers: {} };
    this.kinds.set(name, made);
    return made;
  }

  /** Counts an entry in, or out with −1. */
  count(
    name: string,
    by: 1 | -1,
    { length, tokenizer }: { readonly length: number; readonly tokenizer: string },
  ): void {
    const figures = this.kind(name);
    const made = (figures.tokenizers[tokenizer] ?? 0) + by;
    const { [tokenizer]: _, ...others } = figures.tokenizers;
    this.kinds.set(name, {
      ...figures,
      entries: figures.entries + by,
      length: figures.length + by * length,
      tokenizers: made === 0 ? others : { ...others, [tokenizer]: made },
    });
  }

  async save(user: UserHandle, now: Date): Promise<void> {
    await user.run(queries.updateIndex, {
      nextNumber: this.#nextNumber,
      block: this.#block,
      blockEntries: this.#blockEntries,
      blockTokens: this.#blockTokens,
      kinds: Object.fromEntries(this.kinds) as JsonValue,
      now,
    });
  }
}

async function insertAndHold(user: UserHandle, now: Date): Promise<StateRow> {
  await user.run(queries.insertIndex, { now });
  const row = await user.first(queries.findIndexForUpdate);
  if (row === undefined) throw new Error('The row of the search index is gone in the transaction that made it.');
  return row;
}
