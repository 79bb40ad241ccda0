import { KeelsonError, MESSAGE_ROLES } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/import/document.ts';
import { formatsOf } from '../../src/import/formats.ts';
import { chatgpt } from '../../src/import/chatgpt.ts';
import { Cleaner, ImportFault } from '../../src/import/imported.ts';
import { librechat } from '../../src/import/librechat.ts';
import { openai } from '../../src/import/openai.ts';
import { openassistant } from '../../src/import/openassistant.ts';
import { openwebui } from '../../src/import/openwebui.ts';
import { sharegpt } from '../../src/import/sharegpt.ts';
import { Conversations } from '../../src/index.ts';
import { samples } from './samples.ts';
import * as wholes from './whole-exports.ts';

const CONVERTERS = { chatgpt, librechat, openai, openassistant, openwebui, sharegpt };

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, '', '__proto__', '\0', '\uD800', 1e300, -1, [], {}, 'user', 'constructor', 'm0', 'm1', [
    [[[]]],
  ]),
  fc.constant(Array.from({ length: 5_000 }).reduce((inner: unknown) => [inner], 1)),
);

/** Puts other values in the place of some, anywhere in the tree. */
function damaged(value: unknown, hits: readonly (readonly [number, unknown])[]): unknown {
  let at = 0;
  const bad = new Map(hits);
  const copy = (each: unknown): unknown => {
    at += 1;
    if (bad.has(at)) return bad.get(at);
    if (Array.isArray(each)) return each.map(copy);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, member]) => [key, copy(member)]));
  };
  return copy(value);
}

const damageUpTo = (max: number) =>
  fc.array(fc.tuple(fc.integer({ min: 2, max }), odd), { minLength: 1, maxLength: 4 });
const WHOLE = {
  chatgpt: wholes.chatgptExport(),
  librechat: wholes.librechatExport(),
  openai: wholes.openaiExport(),
  openassistant: wholes.openassistantExport(),
  openwebui: wholes.openwebuiExport(),
  sharegpt: wholes.sharegptExport(),
};
/** A small one, whose every value is hit often, and one that has all there is. */
const anyDamaged = (name: keyof typeof WHOLE): fc.Arbitrary<unknown> =>
  fc.oneof(
    damageUpTo(40).map((hits) => damaged(samples(3)[name], hits)),
    damageUpTo(250).map((hits) => damaged(WHOLE[name], hits)),
  );

describe('a damaged conversation', () => {
  for (const [name, format] of Object.entries(CONVERTERS)) {
    it(`of ${name} is converted soundly, or refused as a fault of its own`, () => {
      fc.assert(
        fc.property(anyDamaged(name as keyof typeof WHOLE), (element) => {
          formatsOf(element, 'auto');
          try {
            const { messages, activeLeafExternalId } = format.convert(element, new Cleaner());
            const known = new Set<string>();
            for (const { externalId, parentExternalId, role } of messages) {
              expect(MESSAGE_ROLES).toContain(role);
              expect(parentExternalId === null || known.has(parentExternalId)).toBe(true);
              known.add(externalId);
            }
            expect(activeLeafExternalId === null || known.has(activeLeafExternalId)).toBe(true);
          } catch (error) {
            if (!(error instanceof ImportFault)) throw error;
          }
        }),
        { numRuns: 600 },
      );
    });
  }

  it('of any shape is refused as a fault of its own, by every format', () => {
    fc.assert(
      fc.property(odd, (element) => {
        for (const convert of [...Object.values(CONVERTERS).map((each) => each.convert), readDocument])
          expect(() => convert(element, new Cleaner())).toThrow(ImportFault);
      }),
      { numRuns: 300 },
    );
  });
});

// What is damaged is refused before it reaches an engine, so that one is enough.
describeEngine('sqlite', 'importing damaged files', (context) => {
  it('ends with a report or an error of the catalogue, and leaves no conversation half stored', async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const own = await chats.createConversation({ title: 'Own' });
    await chats.saveUserMessage({ conversationId: own.id, content: 'a', requestId: 'r' });
    const whole = [...Object.values(samples(2)), await chats.exportConversation(own.id)];
    const bytes = Buffer.from(whole.map((element) => JSON.stringify(element)).join('\n'));
    const list = Buffer.from(JSON.stringify(whole));
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.tuple(fc.nat({ max: 4_000 }), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        fc.nat({ max: 4_500 }),
        async (asList, changes, length) => {
          const file = Buffer.from((asList ? list : bytes).subarray(0, length === 0 ? undefined : length + 1_000));
          for (const [at, byte] of changes) if (at < file.length) file[at] = byte;
          try {
            const report = await chats.importConversations([file]);
            expect(report.messages).toBe(report.created.messages + report.duplicates);
          } catch (error) {
            if (!(error instanceof KeelsonError)) throw error;
          }
        },
      ),
      { numRuns: 60 },
    );
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof chats.listConversations>> = await chats.listConversations({
        limit: 100,
        cursor,
      });
      for (const { id, messageCount } of page.items) {
        const { messages, conversation } = await chats.exportConversation(id);
        expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: messageCount }, (_, n) => n + 1));
        expect(messageCount === 0 || messages.some((message) => message.id === conversation.activeLeafId)).toBe(true);
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
  });
});
