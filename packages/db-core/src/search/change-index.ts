import type { UserHandle } from '../database/handle.ts';
import type { IndexDocument } from './document.ts';
import * as queries from './index.repository.ts';
import {
  LISTING,
  type Listed,
  packListing,
  packPostings,
  type Posting,
  postingsId,
  type PostingsRow,
  unpackListing,
  unpackPostings,
} from './postings.ts';
import type { IndexState } from './state.ts';

/** What an entity is to be in the index; without a document it is taken out. */
export interface EntityChange {
  readonly kind: string;
  readonly entityId: string;
  readonly found?: { readonly document: IndexDocument; readonly hash: string; readonly at: Date } | undefined;
}

export function entryId(kind: string, entityId: string): string {
  return `${kind} ${entityId}`;
}

export function entityOf(id: string): { readonly kind: string; readonly entityId: string } {
  const space = id.indexOf(' ');
  return { kind: id.slice(0, space), entityId: id.slice(space + 1) };
}

type Entry = Awaited<ReturnType<typeof findEntries>>[number];

const NOTHING = new Uint8Array(0);
/** Ids in one statement. */
const CHUNK = 2000;

/** Brings entities' entries, their words, and the figures of the index in step. In a transaction that holds the state. */
export async function changeIndex(
  user: UserHandle,
  state: IndexState,
  { changes, now }: { readonly changes: readonly EntityChange[]; readonly now: Date },
): Promise<void> {
  const before = new Map((await findEntries(user, changes)).map((entry) => [entry.id, entry]));
  const batch = new Batch(state);
  for (const change of changes) batch.add(change, before.get(entryId(change.kind, change.entityId)));
  await batch.write(user, now);
  // Also when nothing was to be written: whoever read the texts before this shall see that it was overtaken.
  await state.save(user, now);
}

async function findEntries(user: UserHandle, changes: readonly EntityChange[]) {
  return user.all(queries.findEntries, { ids: changes.map(({ kind, entityId }) => entryId(kind, entityId)) });
}

/** What is taken out of a row and put into it. */
interface Edit<Item> {
  readonly removed: Set<number>;
  readonly added: Item[];
}

type NewEntry = Parameters<typeof queries.upsertEntry.build>[1];

class Batch {
  readonly #state: IndexState;
  readonly #postings = new Map<string, Edit<Posting>>();
  readonly #listings = new Map<string, Edit<Listed>>();
  readonly #entries: Omit<NewEntry, 'now'>[] = [];
  readonly #erased: string[] = [];

  constructor(state: IndexState) {
    this.#state = state;
  }

  add({ kind, entityId, found }: EntityChange, before: Entry | undefined): void {
    if (before !== undefined) this.#take(kind, before);
    if (found !== undefined && found.document.terms.size > 0) this.#put(kind, entityId, found, before);
    else if (before !== undefined) this.#erased.push(before.id);
  }

  #take(kind: string, { block, number, terms, length, tokenizer }: Entry): void {
    for (const term of terms.split(' ')) editOf(this.#postings, postingsId(term, block)).removed.add(number);
    editOf(this.#listings, postingsId(LISTING, block)).removed.add(number);
    this.#state.count(kind, -1, { length, tokenizer });
  }

  #put(
    kind: string,
    entityId: string,
    { document, hash, at }: NonNullable<EntityChange['found']>,
    before: Entry | undefined,
  ): void {
    const { length, tokenizer, terms, tokens } = document;
    const { number, block } = before ?? this.#state.place(tokens);
    for (const [term, { weight, positions }] of terms)
      editOf(this.#postings, postingsId(term, block)).added.push({ number, weight, positions });
    const listed = { number, kind: this.#state.kind(kind).number, length, at: withinReach(at) };
    editOf(this.#listings, postingsId(LISTING, block)).added.push(listed);
    this.#state.count(kind, 1, { length, tokenizer });
    const id = entryId(kind, entityId);
    this.#entries.push({ id, number, block, at, length, hash, tokenizer, terms: [...terms.keys()].join(' ') });
  }

  async write(user: UserHandle, now: Date): Promise<void> {
    await changeRows(user, this.#postings, {
      unpack: unpackPostings,
      pack: packPostings,
    });
    await changeRows(user, this.#listings, {
      unpack: ({ postings }) => unpackListing(postings),
      pack: (listed) => ({ postings: packListing(listed), positions: NOTHING }),
    });
    await user.runMany(
      queries.upsertEntry,
      this.#entries.map((entry) => ({ ...entry, now })),
    );
    if (this.#erased.length > 0) await user.run(queries.eraseEntries, { ids: this.#erased });
  }
}

/** 31,000 years before and after 1970: differences of such times are exact, packed as well. */
const FARTHEST_MS = 1e15;

function withinReach(at: Date): number {
  return Math.max(-FARTHEST_MS, Math.min(FARTHEST_MS, at.getTime()));
}

function editOf<Item>(edits: Map<string, Edit<Item>>, id: string): Edit<Item> {
  const known = edits.get(id);
  if (known !== undefined) return known;
  const made = { removed: new Set<number>(), added: [] };
  edits.set(id, made);
  return made;
}

interface Packing<Item> {
  readonly unpack: (row: PostingsRow) => Item[];
  readonly pack: (items: readonly Item[]) => PostingsRow;
}

async function changeRows<Item extends { readonly number: number }>(
  user: UserHandle,
  edits: ReadonlyMap<string, Edit<Item>>,
  { unpack, pack }: Packing<Item>,
): Promise<void> {
  const ids = [...edits.keys()].sort();
  for (let start = 0; start < ids.length; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK);
    const rows = await user.all(queries.findPostingsWithPositions, { ids: chunk });
    const before = new Map(rows.map((row) => [row.id, row]));
    const written: { id: string; postings: Uint8Array; positions: Uint8Array }[] = [];
    const emptied: string[] = [];
    for (const id of chunk) {
      const row = before.get(id);
      const items = edited(row === undefined ? [] : unpack(row), edits.get(id));
      if (items.length > 0) written.push({ id, ...pack(items) });
      else if (row !== undefined) emptied.push(id);
    }
    await user.runMany(queries.upsertPostings, written);
    if (emptied.length > 0) await user.run(queries.erasePostings, { ids: emptied });
  }
}

function edited<Item extends { readonly number: number }>(
  items: readonly Item[],
  edit: Edit<Item> | undefined,
): readonly Item[] {
  if (edit === undefined) return items;
  const kept = edit.removed.size === 0 ? items : items.filter(({ number }) => !edit.removed.has(number));
  const last = kept.at(-1)?.number ?? 0;
  const all = [...kept, ...edit.added];
  // New entries have the highest numbers; only one that was changed goes back to its place.
  return edit.added.every(({ number }) => number > last) && isAscending(edit.added)
    ? all
    : all.sort((one, other) => one.number - other.number);
}

function isAscending(items: readonly { readonly number: number }[]): boolean {
  return items.every(({ number }, index) => index === 0 || number > (items[index - 1]?.number ?? 0));
}
