import { describe, expect, it } from 'vitest';
import { Cleaner } from '../../src/import/imported.ts';
import { sharegpt } from '../../src/import/sharegpt.ts';

const convert = (element: unknown) => sharegpt.convert(element, new Cleaner());
const turn = (from: string, value: string) => ({ from, value });

describe('a conversation of ShareGPT', () => {
  it('knows the names that people give to who speaks', () => {
    const { messages } = convert({
      system: 'Be brief.',
      conversations: [turn('human', 'a'), turn('gpt', 'b'), turn('USER', 'c'), turn('chatgpt', 'd'), turn('tool', 'e')],
    });
    expect(messages.map(({ role, content }) => `${role}: ${content}`)).toEqual([
      'system: Be brief.',
      'user: a',
      'assistant: b',
      'user: c',
      'assistant: d',
      'tool: e',
    ]);
    expect(() => convert({ conversations: [turn('human', 'a'), turn('narrator', 'b')] })).toThrow('"narrator"');
  });

  it('keeps calls and what they gave', () => {
    const { messages, metadata } = convert({
      tools: '[{"name":"clock"}]',
      conversations: [
        turn('human', 'Time?'),
        turn('function_call', '{"name":"clock","arguments":{"zone":"UTC"}}'),
        turn('observation', '{"time":"12:00"}'),
        turn('function-call', 'clock()'),
        turn('gpt', 'Noon.'),
      ],
    });
    expect(messages.map(({ role, content, parts }) => ({ role, content, parts }))).toEqual([
      { role: 'user', content: 'Time?', parts: null },
      { role: 'assistant', content: '', parts: [{ type: 'tool-call', toolName: 'clock', input: { zone: 'UTC' } }] },
      { role: 'tool', content: '{"time":"12:00"}', parts: [{ type: 'tool-result' }] },
      { role: 'assistant', content: 'clock()', parts: [{ type: 'tool-call', toolName: 'unnamed' }] },
      { role: 'assistant', content: 'Noon.', parts: null },
    ]);
    expect(metadata).toEqual({ tools: [{ name: 'clock' }] });
  });

  it('is recognised by other names of its list too', () => {
    expect(sharegpt.recognises({ conversation: [turn('human', 'a')] })).toBe(true);
    expect(sharegpt.recognises({ messages: [turn('human', 'a')] })).toBe(true);
    expect(sharegpt.recognises({ conversations: [{ role: 'user', content: 'a' }] })).toBe(true);
    expect(sharegpt.recognises({ messages: [{ role: 'user', content: 'a' }] })).toBe(false);
    expect(sharegpt.recognises({ conversations: [] })).toBe(false);
    expect(sharegpt.recognises({ conversations: ['a'] })).toBe(false);
  });

  it('gets the same names each time, keeps them when it grows, and shares none with another one of its number', () => {
    const short = convert({ id: 7, conversations: [turn('human', 'a'), turn('gpt', 'b')] });
    const long = convert({ id: 7, conversations: [turn('human', 'a'), turn('gpt', 'b'), turn('human', 'c')] });
    const other = convert({ id: 7, conversations: [turn('human', 'x'), turn('gpt', 'b')] });
    expect(long.externalId).toBe(short.externalId);
    expect(other.externalId).not.toBe(short.externalId);
    expect(long.messages.slice(0, 2).map(({ externalId }) => externalId)).toEqual(
      short.messages.map(({ externalId }) => externalId),
    );
  });

  it('without an id remembers what it was called when it was shorter', () => {
    const short = convert({ conversations: [turn('human', 'a'), turn('gpt', 'b')] });
    const long = convert({ conversations: [turn('human', 'a'), turn('gpt', 'b'), turn('human', 'c')] });
    expect(long.externalId).not.toBe(short.externalId);
    expect(long.earlierExternalIds?.[0]).toBe(short.externalId);
  });
});
