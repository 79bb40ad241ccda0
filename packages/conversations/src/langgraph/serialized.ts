import { JsonPlusSerializer, type SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { bytesOf, type Data, dataOf, textOf } from './data.ts';
import { isPlain } from './plain.ts';

/** A value as it is stored. */
export interface Serialized {
  readonly type: string;
  readonly data: Data;
}

/** The value as its serializer writes it. LangGraph's own writes JSON, of plain values more slowly than need be. */
export function dump(serde: SerializerProtocol, value: unknown): Serialized | Promise<Serialized> {
  return isLangGraphs(serde) && isPlain(value)
    ? { type: 'json', data: JSON.stringify(value) }
    : dumpByItself(serde, value);
}

async function dumpByItself(serde: SerializerProtocol, value: unknown): Promise<Serialized> {
  const [type, bytes] = await serde.dumpsTyped(value);
  return { type, data: dataOf(bytes) };
}

/**
 * The value again. LangGraph's own serializer looks through everything that it reads for records that stand for objects of
 * classes; they are marked by a member `lc`. Without one it gives what `JSON.parse` gives, only later.
 */
export function load(serde: SerializerProtocol, { type, data }: Serialized): unknown {
  if (type !== 'json' || !isLangGraphs(serde)) return serde.loadsTyped(type, bytesOf(data));
  const text = textOf(data);
  return text.includes('"lc"') ? serde.loadsTyped(type, text) : JSON.parse(text);
}

function isLangGraphs(serde: SerializerProtocol): boolean {
  return Object.getPrototypeOf(serde) === JsonPlusSerializer.prototype;
}
