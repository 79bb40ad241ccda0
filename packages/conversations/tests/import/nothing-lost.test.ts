import { describe, expect, it } from 'vitest';
import { chatgpt } from '../../src/import/chatgpt.ts';
import { Cleaner, type ImportedConversation, type ImportFormat } from '../../src/import/imported.ts';
import { librechat } from '../../src/import/librechat.ts';
import { openai } from '../../src/import/openai.ts';
import { openassistant } from '../../src/import/openassistant.ts';
import { openwebui } from '../../src/import/openwebui.ts';
import { sharegpt } from '../../src/import/sharegpt.ts';
import * as exports from './whole-exports.ts';

const FORMATS: readonly (readonly [ImportFormat, object, Readonly<Record<string, number>>])[] = [
  [chatgpt, exports.chatgptExport(), { hologram: 1, smell: 1 }],
  [openwebui, exports.openwebuiExport(), { dream: 1 }],
  [librechat, exports.librechatExport(), { tomorrow: 1 }],
  [openassistant, exports.openassistantExport(), {}],
  [sharegpt, exports.sharegptExport(), {}],
  [openai, exports.openaiExport(), { smell: 1 }],
];

/** What the sample says that the conversation doesn't. */
function missing(element: object, imported: ImportedConversation): string[] {
  const kept = JSON.stringify(imported);
  const texts = JSON.stringify(element).match(/§[^§]*§/gu) ?? [];
  return [...new Set(texts)].filter((text) => !kept.includes(text));
}

/** What a message says twice; but a call and its result have the same name and id. */
function repeated({ messages }: ImportedConversation): string[] {
  return messages.flatMap(({ content, parts, metadata }) => {
    const kept = JSON.stringify([content, parts, metadata], (key, value: unknown) =>
      key === 'toolName' || key === 'toolCallId' ? undefined : value,
    );
    const texts: readonly string[] = kept.match(/§[^§]*§/gu) ?? [];
    return texts.filter((text, index) => texts.indexOf(text) !== index);
  });
}

describe('an import', () => {
  it.each(FORMATS.map((format) => [format[0].name, ...format] as const))(
    'of %s keeps all that a whole export says, once, and tells what it does not know',
    (_name, format, element, unknown) => {
      expect(format.recognises(element)).toBe(true);
      const cleaner = new Cleaner();
      const imported = format.convert(element, cleaner);
      expect(missing(element, imported)).toEqual([]);
      expect(repeated(imported)).toEqual([]);
      expect(Object.fromEntries(cleaner.unknownKinds)).toEqual(unknown);
      expect(cleaner.leftOut).toBe(0);
      for (const { metadata, parts } of imported.messages) {
        expect(JSON.stringify(metadata)).not.toMatch(/:(?:null|\[\]|\{\}|"")/u);
        expect(parts?.length).not.toBe(0);
      }
    },
  );
});
