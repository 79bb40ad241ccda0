import { IMPORT_FORMATS, type ImportFormatName } from './import/imported.ts';
import type { JsonValue, MessagePart } from './types.ts';

/**
 * A part that holds what another program's export says besides, where it is too long for metadata. Like metadata it is no part
 * of what was said: models aren't given it, and it isn't printed.
 */
export function detailsPart(format: ImportFormatName, data: JsonValue): MessagePart {
  return { type: 'data', name: `${format}.details`, data };
}

export function isDetailsPart(part: MessagePart): boolean {
  return part.type === 'data' && NAMES.has(part.name);
}

const NAMES: ReadonlySet<string> = new Set(IMPORT_FORMATS.map((format) => `${format}.details`));
