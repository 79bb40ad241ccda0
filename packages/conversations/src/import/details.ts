import { detailsPart } from '../details-part.ts';
import { MAX_METADATA_LENGTH, toJson } from '../schemas/json.schema.ts';
import { MAX_PARTS, MAX_PARTS_LENGTH } from '../schemas/part.schema.ts';
import type { JsonObject, JsonValue } from '../types.ts';
import type { Fields } from './fields.ts';
import { isFields } from './fields.ts';
import type { Cleaner, ConvertedMessage, ImportFormatName } from './imported.ts';

/**
 * Details are whatever a file says and nothing here has a place for: other programs add members all the time, and what is
 * dropped at an import is lost once the file is. They stand in the metadata under the format's name, with the names that
 * they have in the file.
 */
export type Details = Fields | undefined;

/** The members that aren't kept elsewhere and say something; undefined for none. */
export function restOf(fields: unknown, kept: readonly string[]): Details {
  if (!isFields(fields)) return undefined;
  return present(Object.fromEntries(Object.entries(fields).filter(([name]) => !kept.includes(name))));
}

/** Without the members that say nothing: undefined when none is left. */
export function present(fields: Fields): Details {
  const members = Object.entries(fields).filter(([, value]) => !saysNothing(value));
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** Of each object of a list what isn't kept elsewhere; undefined when all is. */
export function restsOf(list: unknown, kept: readonly string[]): readonly Fields[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const rests = list.flatMap((each): readonly Fields[] => {
    const rest = restOf(each, kept);
    return rest === undefined ? [] : [rest];
  });
  return rests.length === 0 ? undefined : rests;
}

function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isFields(value) && Object.keys(value).length === 0;
}

/** Room that the members known by name may need, besides the details. */
const RESERVED = 16_384;

/** The message with its details: among its metadata, or, when they are long, as a part. */
export function withDetails(
  message: ConvertedMessage,
  details: Details,
  { format, cleaner }: { readonly format: ImportFormatName; readonly cleaner: Cleaner },
): ConvertedMessage {
  const found = storable(details, cleaner);
  if (found === undefined) return message;
  if (found.length + lengthOf(message.metadata) <= MAX_METADATA_LENGTH - RESERVED)
    return { ...message, metadata: { ...message.metadata, [format]: found.value } };
  const parts = message.parts ?? [];
  if (parts.length < MAX_PARTS && found.length + lengthOf(parts) <= MAX_PARTS_LENGTH - RESERVED)
    return { ...message, parts: [...parts, detailsPart(format, found.value)] };
  cleaner.leftOut += 1;
  return message;
}

/** A conversation's metadata with its details, as far as there is room. */
export function metadataWithDetails(
  metadata: JsonObject,
  details: Details,
  { format, cleaner }: { readonly format: ImportFormatName; readonly cleaner: Cleaner },
): JsonObject {
  const found = storable(details, cleaner);
  if (found === undefined) return metadata;
  if (found.length + lengthOf(metadata) <= MAX_METADATA_LENGTH - RESERVED)
    return { ...metadata, [format]: found.value };
  cleaner.leftOut += 1;
  return metadata;
}

function storable(
  details: Details,
  cleaner: Cleaner,
): { readonly value: JsonValue; readonly length: number } | undefined {
  if (details === undefined) return undefined;
  const json = toJson(details, cleaner.text);
  if ('value' in json) return { value: json.value, length: lengthOf(json.value) };
  cleaner.leftOut += 1;
  return undefined;
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value).length;
}
