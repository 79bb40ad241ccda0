import { chatgpt } from './chatgpt.ts';
import { isDocument, readDocument } from './document.ts';
import type { Destination } from './erased.ts';
import type { Cleaner, ImportFormat, ImportFormatName } from './imported.ts';
import { librechat } from './librechat.ts';
import { openai } from './openai.ts';
import { openassistant } from './openassistant.ts';
import { openwebui } from './openwebui.ts';
import type { Stored } from './report.ts';
import { sharegpt } from './sharegpt.ts';
import { storeDocument } from './store-document.ts';
import { storeConversation } from './store.ts';

/** A format, and how what is of it comes in. */
export interface Importable {
  readonly name: ImportFormatName;
  readonly recognises: (element: unknown) => boolean;
  /** Throws `ImportFault` when the element isn't a whole conversation. */
  bring(
    to: Destination,
    element: unknown,
    cleaner: Cleaner,
  ): Promise<{ readonly stored: Stored; readonly cutLinks: number }>;
}

/** Keelson's own exports come back as they were; of others, what they mean is stored. */
const own: Importable = {
  name: 'keelson',
  recognises: isDocument,
  bring: async (to, element) => ({ stored: await storeDocument(to, readDocument(element)), cutLinks: 0 }),
};

const FORMATS: readonly Importable[] = [
  own,
  ...[chatgpt, librechat, openai, openassistant, openwebui, sharegpt].map(foreign),
];

/** Which formats an element may be of. Keelson's own says so itself, so nothing else is asked then. */
export function formatsOf(element: unknown, wanted: 'auto' | ImportFormatName): readonly Importable[] {
  if (wanted !== 'auto') return FORMATS.filter(({ name, recognises }) => name === wanted && recognises(element));
  return own.recognises(element) ? [own] : FORMATS.filter(({ recognises }) => recognises(element));
}

function foreign({ name, recognises, convert }: ImportFormat): Importable {
  return {
    name,
    recognises,
    bring: async (to, element, cleaner) => {
      const imported = convert(element, cleaner);
      return { stored: await storeConversation(to, imported), cutLinks: imported.cutLinks };
    },
  };
}
