import { JsonPlusSerializer, type SerializerProtocol } from '@langchain/langgraph-checkpoint';

/** A value as it is stored. */
export interface Serialized {
  readonly type: string;
  readonly data: Uint8Array;
}

export async function dump(serde: SerializerProtocol, value: unknown): Promise<Serialized> {
  const [type, data] = await serde.dumpsTyped(value);
  return { type, data };
}

/**
 * The value again. LangGraph's own serializer looks through everything that it reads for records that stand for objects of
 * classes; they are marked by a member `lc`. Without one it gives what `JSON.parse` gives, only later.
 */
export async function load(serde: SerializerProtocol, { type, data }: Serialized): Promise<unknown> {
  if (type === 'json' && isPlain(serde)) {
    const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
    return text.includes('"lc"') ? serde.loadsTyped(type, text) : JSON.parse(text);
  }
  // Drivers give a `Buffer`, which some serializers would keep as it is.
  return serde.loadsTyped(type, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function isPlain(serde: SerializerProtocol): boolean {
  return Object.getPrototypeOf(serde) === JsonPlusSerializer.prototype;
}
