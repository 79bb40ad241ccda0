import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asKept, originalOf, Readable } from '../../src/adapters/readable.ts';
import type { Message } from '../../src/index.ts';
import { saveMessageSchema } from '../../src/schemas/message.schema.ts';
import { anyJson, anyText } from './values.ts';

const conversationId = '01890a5d-ac96-774b-bcce-b302099a8057';

/** What the database would have of it. */
function stored(readable: Readable, original: unknown): Message {
  const { role: _, ...draft } = readable.draft({ format: 'test', role: 'user', original });
  const valid = saveMessageSchema.parse({ ...draft, conversationId });
  const metadata: unknown = structuredClone(valid.metadata.rest);
  return { content: valid.content, parts: valid.parts ?? null, metadata } as Message;
}

describe('an outline', () => {
  it('brings back what was kept, wherever the message says it', () => {
    fc.assert(
      fc.property(fc.array(anyText), fc.array(anyJson), anyJson, (texts, values, other) => {
        const readable = new Readable();
        for (const text of texts) readable.text(text);
        for (const value of values) readable.toolCall({ name: 'any', id: undefined, input: value });
        for (const text of texts) readable.reasoning(text);
        const original = { texts, values, other, bytes: new Uint8Array([0, 255]), absent: undefined };
        const { absent: _, ...expected } = original;
        expect(originalOf(stored(readable, original), 'test')).toEqual(expected);
        expect(asKept(original)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('says nothing twice', () => {
    const text = 'A long text that would be there twice. '.repeat(100);
    const input = { query: text };
    const readable = new Readable();
    readable.text(text);
    readable.toolCall({ name: 'search', id: 'call-1', input });
    const message = stored(readable, { content: text, calls: [{ name: 'search', input }] });
    expect(JSON.stringify(message.metadata).length).toBeLessThan(200);
    expect(message.content).toBe(text);
  });

  it('is a part of the message when it is too long for metadata', () => {
    const original = { encrypted: 'x'.repeat(1_000_000), list: [{ $keelson: 'no mark' }] };
    const message = stored(new Readable(), original);
    expect(JSON.stringify(message.metadata).length).toBeLessThan(200);
    expect(originalOf(message, 'test')).toEqual(original);
  });

  it('leaves to the schema what cannot be kept', () => {
    const circle: Record<string, unknown> = {};
    circle['itself'] = circle;
    for (const wrong of [new Date(), circle, 1n, () => 1, Number.NaN])
      expect(() => stored(new Readable(), { wrong })).toThrow(/is not a JSON value|nested deeper|cannot say/u);
  });

  it('isn’t there for a message that was saved in another way', () => {
    expect(originalOf({ content: 'x', parts: null, metadata: {} } as unknown as Message, 'test')).toBeUndefined();
  });
});
