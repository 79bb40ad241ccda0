import type { SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { cutter, type Data, join, sizeOf } from './data.ts';
import { dump, load } from './serialized.ts';

/** One value among those that are stored one after the other. */
export type PackedEntry = readonly [channel: string, type: string, bytes: number];

export interface Packed {
  readonly entries: readonly PackedEntry[];
  readonly data: Data;
}

/** Each value as the serializer makes it, so that one can be read without the others, and bytes stay bytes. */
export async function pack(
  serde: SerializerProtocol,
  values: readonly (readonly [channel: string, value: unknown])[],
): Promise<Packed> {
  const entries: PackedEntry[] = [];
  const parts: Data[] = [];
  for (const [channel, value] of values) {
    const { type, data } = await dump(serde, value);
    entries.push([channel, type, sizeOf(data)]);
    parts.push(data);
  }
  return { entries, data: join(parts) };
}

/** The values of some channels; those that aren't among them are left out. */
export async function unpack(
  serde: SerializerProtocol,
  { entries, data }: Packed,
  isWanted: (channel: string) => boolean,
): Promise<[channel: string, value: unknown][]> {
  const values: [string, unknown][] = [];
  const cut = cutter(data);
  let start = 0;
  for (const [channel, type, bytes] of entries) {
    const end = start + bytes;
    if (isWanted(channel)) values.push([channel, await load(serde, { type, data: cut(start, end) })]);
    start = end;
  }
  return values;
}

/** Both together; where both have a channel, the first one's value. */
export function merge(first: Packed, second: Packed): Packed {
  const taken = new Set(first.entries.map(([channel]) => channel));
  const entries = [...first.entries];
  const parts = [first.data];
  const cut = cutter(second.data);
  let start = 0;
  for (const entry of second.entries) {
    const [channel, , bytes] = entry;
    const end = start + bytes;
    if (!taken.has(channel)) {
      entries.push(entry);
      parts.push(cut(start, end));
    }
    start = end;
  }
  return { entries, data: join(parts) };
}
