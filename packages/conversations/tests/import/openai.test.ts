import { describe, expect, it } from 'vitest';
import { Cleaner } from '../../src/import/imported.ts';
import { openai } from '../../src/import/openai.ts';

const convert = (messages: readonly unknown[], more: Record<string, unknown> = {}) =>
  openai.convert({ messages, ...more }, new Cleaner());

describe("OpenAI's chat messages", () => {
  it('keep roles, names, weights and tools', () => {
    const { messages, metadata, title } = convert(
      [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Hi there,\nhow are you?', name: 'ada' },
        { role: 'assistant', content: 'Fine.', weight: 0 },
      ],
      { tools: [{ type: 'function', function: { name: 'clock' } }], parallel_tool_calls: false },
    );
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Hi there,\nhow are you?'],
      ['assistant', 'Fine.'],
    ]);
    expect(messages.map((message) => message.metadata)).toEqual([
      { source: 'openai', developer: true },
      { source: 'openai', name: 'ada' },
      { source: 'openai', weight: 0 },
    ]);
    expect(metadata).toMatchObject({ parallelToolCalls: false, tools: [{ type: 'function' }] });
    expect(title).toBe('Hi there,');
  });

  it('keep calls and results, of tools and of functions', () => {
    const { messages } = convert([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'clock', arguments: '{"zone":"UTC"}' } },
          { id: 'c2', type: 'custom', custom: { name: 'shell', input: 'date' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '12:00' },
      { role: 'assistant', function_call: { name: 'clock', arguments: 'not json' } },
      { role: 'function', name: 'clock', content: '13:00' },
      { role: 'assistant', content: null, refusal: 'I will not.' },
      { role: 'assistant', content: '' },
    ]);
    expect(messages.map(({ role, content, parts }) => ({ role, content, parts }))).toEqual([
      {
        role: 'assistant',
        content: '',
        parts: [
          { type: 'tool-call', toolName: 'clock', toolCallId: 'c1', input: { zone: 'UTC' } },
          { type: 'tool-call', toolName: 'shell', toolCallId: 'c2', input: 'date' },
        ],
      },
      { role: 'tool', content: '12:00', parts: [{ type: 'tool-result', toolCallId: 'c1' }] },
      { role: 'assistant', content: '', parts: [{ type: 'tool-call', toolName: 'clock', input: 'not json' }] },
      { role: 'tool', content: '13:00', parts: [{ type: 'tool-result', toolName: 'clock' }] },
      { role: 'assistant', content: 'I will not.', parts: null },
    ]);
  });

  it('keep what is more than text', () => {
    const { messages } = convert([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'https://example.org/a.png', detail: 'low' } },
          { type: 'file', file: { filename: 'a.pdf', file_id: 'file-1' } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          { type: 'text', text: 'And this?' },
        ],
      },
    ]);
    expect(messages[0]).toMatchObject({
      content: 'What is this?\n\nAnd this?',
      parts: [
        { type: 'attachment', mediaType: 'image/*', url: 'https://example.org/a.png' },
        { type: 'attachment', name: 'a.pdf' },
        { type: 'data', name: 'input_audio', data: { input_audio: { format: 'wav' } } },
      ],
    });
  });

  it('are refused with the reason', () => {
    expect(() =>
      convert([
        { role: 'user', content: 'a' },
        { role: 'narrator', content: 'b' },
      ]),
    ).toThrow('"narrator"');
    expect(() => convert([{ role: 'user', content: '' }])).toThrow('has no messages');
    expect(() => convert([{ role: 'user', content: 'a' }, 5])).toThrow('something else');
    expect(openai.recognises({ messages: [] })).toBe(false);
    expect(openai.recognises({ messages: [{ content: 'a' }] })).toBe(false);
  });
});
