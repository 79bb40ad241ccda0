import type { Adoption, LegacyRow, UserHandle } from '@keelson/db-core';
import { thaw } from '../cold/thaw.ts';
import * as numbers from '../repositories/conversation-numbers.repository.ts';
import * as messages from '../repositories/message.repository.ts';
import { ERASED, type Found } from './found.ts';
import { conversationsTable, messagesTable } from './legacy-tables.ts';
import { type AdoptedMessage, readMessage, type Remark } from './message.ts';
import { idOf, legacyTime } from './values.ts';

const NO_CONVERSATION = [
  'NO_CONVERSATION',
  'belongs to a conversation that is in none of the files, and came with none before',
] as const;

const IDS_AT_ONCE = 1_000;
/** Messages are stored in heaps, which are bounded because each may have megabytes. */
const HEAP_ROWS = 500;
const HEAP_CHARACTERS = 4_000_000;

/** A message that is to be looked at: only what its place needs; the rest is read when its turn comes. */
interface Place {
  readonly row: number;
  readonly id: string;
  readonly externalId: string;
  readonly at: Date | null;
}

/** Brings in a file's messages, conversation by conversation, in the order of their times. */
export async function adoptMessages(adoption: Adoption, found: Found): Promise<void> {
  const { source } = adoption;
  const rows = source.rows(messagesTable.name, ['id', 'conversation_id', 'created_at'], { orderBy: 'conversation_id' });
  const read = source.reader(messagesTable.name, Object.keys(messagesTable.columns));
  let adopted: Promise<ReadonlyMap<string, string>> | undefined;
  const before = (): Promise<ReadonlyMap<string, string>> => (adopted ??= adoption.adoptedBefore('conversations'));
  let group: LegacyRow[] = [];
  for (const row of rows) {
    await adoption.step();
    const [first] = group;
    if (first !== undefined && first['conversation_id'] !== row['conversation_id']) {
      await adoptGroup(adoption, { group, found, before, read });
      group = [];
    }
    group.push(row);
  }
  if (group.length > 0) await adoptGroup(adoption, { group, found, before, read });
}

interface Group {
  readonly group: readonly LegacyRow[];
  readonly found: Found;
  /** Whose the conversations are that came with earlier files. */
  readonly before: () => Promise<ReadonlyMap<string, string>>;
  readonly read: (row: number) => LegacyRow | undefined;
}

async function adoptGroup(adoption: Adoption, { group, found, before, read }: Group): Promise<void> {
  const refuseAll = (code: string, message: string): void => {
    for (const row of group) adoption.tally(messagesTable.name).refuse(code, message, row['id']);
  };
  const conversationId = idOf(conversationsTable.name, group[0]?.['conversation_id'])?.id;
  if (conversationId === undefined) return refuseAll(...NO_CONVERSATION);
  const conversation = found.conversations.get(conversationId);
  if (conversation?.refusal === 'bad')
    return refuseAll('CONVERSATION_REFUSED', 'belongs to a conversation that was refused');
  if (conversation?.refusal === 'erased' || adoption.wasRowErased('conversations', conversationId))
    return refuseAll(...ERASED);
  // Its conversation may have come with a file of an earlier time.
  const owner = conversation?.owner ?? (await before()).get(conversationId);
  if (owner === undefined) return refuseAll(...NO_CONVERSATION);
  const user = adoption.user(owner);
  // What is there already is told by the messages.
  await thaw(user, conversationId);
  const fresh = await freshOf(adoption, { user, conversationId, places: placesOf(adoption, group) });
  if (fresh.length > 0) await new Appender(adoption, user, conversationId).append(fresh, read);
}

/** In the order of their times; one without a time that can be read has that of the row before it. */
function placesOf(adoption: Adoption, group: readonly LegacyRow[]): Place[] {
  const tally = adoption.tally(messagesTable.name);
  const seen = new Set<string>();
  const places: Place[] = [];
  let last: Date | null = null;
  for (const row of group) {
    const known = idOf(messagesTable.name, row['id']);
    if (known === undefined) tally.refuse('NO_ID', 'has no id', `row ${row.$row}`);
    else if (seen.has(known.id)) tally.refuse('DOUBLED_ID', 'has the id of a row before it', known.externalId);
    else {
      seen.add(known.id);
      const at = legacyTime(row['created_at']);
      if (at === null)
        tally.note('NO_TIME', 'has no time that can be read; it has that of the one before it', {
          id: known.externalId,
        });
      last = at ?? last;
      places.push({ row: row.$row, id: known.id, externalId: known.externalId, at: last });
    }
  }
  // Before the first time that is known there is only that one. Sorting keeps the order of those that are equal.
  const earliest = places.find(({ at }) => at !== null)?.at ?? null;
  const timed = places.map((place) => ({ ...place, at: place.at ?? earliest }));
  return timed.sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0));
}

interface Known {
  readonly user: UserHandle;
  readonly conversationId: string;
  readonly places: readonly Place[];
}

/** Those that aren't here yet. */
async function freshOf(adoption: Adoption, { user, conversationId, places }: Known): Promise<Place[]> {
  const tally = adoption.tally(messagesTable.name);
  const homes = new Map<string, string>();
  for (let start = 0; start < places.length; start += IDS_AT_ONCE) {
    const ids = places.slice(start, start + IDS_AT_ONCE).map(({ id }) => id);
    for (const row of await user.all(messages.findByIds, { ids })) homes.set(row.id, row.conversation_id);
  }
  return places.filter(({ id, externalId }) => {
    const home = homes.get(id);
    if (home === undefined) return true;
    if (home === conversationId) tally.wasThere();
    else tally.refuse('ID_TAKEN', 'has the id of a message of another conversation', externalId);
    return false;
  });
}

interface Ready {
  readonly place: Place;
  readonly message: AdoptedMessage;
}

/** Puts messages at the end of one conversation. */
class Appender {
  readonly #adoption: Adoption;
  readonly #user: UserHandle;
  readonly #conversationId: string;
  /** The message before the next one, once it is known. */
  #previous: { readonly id: string; readonly at: Date } | undefined;
  /** By request and role: how many messages it has, so that the next is told apart from them. */
  #parts: Map<string, number> | undefined;
  /** The number of the next message, while nobody else can have given the conversation any. */
  #nextSeq = 1;
  #heap: Ready[] = [];
  #characters = 0;

  constructor(adoption: Adoption, user: UserHandle, conversationId: string) {
    this.#adoption = adoption;
    this.#user = user;
    this.#conversationId = conversationId;
  }

  async append(places: readonly Place[], read: Group['read']): Promise<void> {
    for (const place of places) {
      await this.#adoption.step();
      const row = read(place.row);
      const message = row === undefined ? { refused: GONE } : readMessage(row);
      if ('refused' in message) {
        this.#tally.refuse(message.refused.code, message.refused.message, place.externalId);
        continue;
      }
      this.#heap.push({ place, message });
      this.#characters += message.content.length;
      if (this.#heap.length >= HEAP_ROWS || this.#characters >= HEAP_CHARACTERS) await this.#store();
    }
    await this.#store();
  }

  get #tally(): ReturnType<Adoption['tally']> {
    return this.#adoption.tally(messagesTable.name);
  }

  async #store(): Promise<void> {
    const heap = this.#heap;
    this.#heap = [];
    this.#characters = 0;
    if (heap.length === 0) return;
    const now = new Date();
    const times = heap.flatMap(({ place }) => place.at ?? []);
    const lastMessageAt = times.at(-1) ?? this.#previous?.at ?? now;
    const taken = await this.#user.first(numbers.takeSeqsAdopted, {
      id: this.#conversationId,
      count: heap.length,
      expected: this.#nextSeq,
      lastMessageAt,
    });
    if (taken === undefined) {
      for (const { place } of heap)
        this.#tally.refuse('CLOSED_HERE', 'is new, but its conversation was closed or deleted here', place.externalId);
      return;
    }
    this.#nextSeq = taken.next_seq;
    const first = taken.next_seq - heap.length;
    await this.#lookBack(first);
    await this.#user.runMany(
      messages.insertAdopted,
      heap.map((ready, index) => this.#rowOf(ready, first + index, lastMessageAt)),
    );
    this.#tally.adopted(heap.length);
    for (const { place, message } of heap) {
      for (const note of message.notes) this.#tally.note(note.code, note.message, { id: place.externalId });
    }
  }

  /** What comes before the first message that is stored here. */
  async #lookBack(seq: number): Promise<void> {
    if (this.#parts !== undefined) return;
    this.#parts = new Map();
    if (seq === 1) return;
    const conversationId = this.#conversationId;
    const last = await this.#user.first(messages.findBySeq, { conversationId, seq: seq - 1 });
    if (last !== undefined) this.#previous = { id: last.id, at: last.created_at };
    for (const row of await this.#user.all(messages.listRequests, { conversationId })) {
      const key = `${row.role} ${row.request_id}`;
      this.#parts.set(key, Math.max(this.#parts.get(key) ?? 0, row.request_part + 1));
    }
  }

  #rowOf({ place, message }: Ready, seq: number, fallback: Date): messages.AdoptedRow {
    const { notes: _, ...values } = message;
    const createdAt = place.at ?? this.#previous?.at ?? fallback;
    const parentId = this.#previous?.id ?? null;
    this.#previous = { id: place.id, at: createdAt };
    return {
      ...values,
      id: place.id,
      conversationId: this.#conversationId,
      seq,
      parentId,
      parts: null,
      status: 'complete',
      tokenCount: null,
      requestPart: this.#partOf(message),
      externalId: place.externalId,
      createdAt,
    };
  }

  /** There a request could save several messages of a role; here each has its part. */
  #partOf({ requestId, role }: AdoptedMessage): number {
    if (requestId === null || this.#parts === undefined) return 0;
    const key = `${role} ${requestId}`;
    const part = this.#parts.get(key) ?? 0;
    this.#parts.set(key, part + 1);
    return part;
  }
}

const GONE: Remark = { code: 'GONE', message: 'was not there any more when it was read' };
