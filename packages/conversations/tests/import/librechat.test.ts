import { describe, expect, it } from 'vitest';
import { Cleaner } from '../../src/import/imported.ts';
import { librechat } from '../../src/import/librechat.ts';

type Fields = Record<string, unknown>;
const NO_PARENT = '00000000-0000-0000-0000-000000000000';

function message(messageId: string, parentMessageId: string, more: Fields = {}): Fields {
  return {
    messageId,
    parentMessageId,
    conversationId: 'c1',
    sender: 'User',
    isCreatedByUser: true,
    text: `text of ${messageId}`,
    createdAt: '2026-03-04T05:06:07.089Z',
    ...more,
  };
}

const answer = (id: string, parent: string, more: Fields = {}) =>
  message(id, parent, { isCreatedByUser: false, sender: 'GPT', model: 'gpt-4o', ...more });

const convert = (more: Fields) =>
  librechat.convert({ conversationId: 'c1', title: 'Tea', endpoint: 'openAI', ...more }, new Cleaner());
const edges = (imported: ReturnType<typeof convert>) =>
  imported.messages.map(({ externalId, parentExternalId }) => `${parentExternalId ?? '-'}>${externalId}`);

describe('a conversation of LibreChat', () => {
  it('keeps its branches from a flat list', () => {
    const imported = convert({
      options: { model: 'gpt-4o', promptPrefix: 'Be brief.' },
      messages: [message('a', NO_PARENT), answer('b1', 'a', { tokenCount: 7 }), message('c', 'b1'), answer('b2', 'a')],
    });
    expect(edges(imported)).toEqual(['->a', 'a>b1', 'b1>c', 'a>b2']);
    expect(imported).toMatchObject({
      externalId: 'c1',
      title: 'Tea',
      createdAt: new Date('2026-03-04T05:06:07.089Z'),
      metadata: { endpoint: 'openAI', options: { promptPrefix: 'Be brief.' } },
      cutLinks: 0,
    });
    expect(imported.messages[1]).toMatchObject({ role: 'assistant', metadata: { modelName: 'gpt-4o', tokens: 7 } });
  });

  it.each(['messages', 'messagesTree'])('keeps them from trees in %s', (name) => {
    const tree = message('a', NO_PARENT, {
      children: [{ ...answer('b1', 'a'), children: [message('c', 'b1', { children: [] })] }, answer('b2', 'a')],
    });
    expect(edges(convert({ recursive: true, [name]: [tree] }))).toEqual(['->a', 'a>b1', 'b1>c', 'a>b2']);
  });

  it('goes down trees of any depth', () => {
    let tree = message('last', 'x');
    for (let n = 0; n < 20_000; n += 1) tree = message(`m${n}`, 'x', { children: [tree] });
    expect(convert({ messages: [tree] }).messages).toHaveLength(20_001);
  });

  it('reads the steps of an answer from its content', () => {
    const content = [
      { type: 'think', think: 'I need the time.' },
      { type: 'text', text: { value: 'Let me look.', annotations: [] }, tool_call_ids: ['t1'] },
      {
        type: 'tool_call',
        tool_call: { id: 't1', name: 'clock', args: '{"zone":"UTC"}', type: 'tool_call', output: '12:00' },
      },
      {
        type: 'tool_call',
        tool_call: { id: 't2', type: 'code_interpreter', code_interpreter: { input: '1+1', outputs: [] } },
      },
      { type: 'image_file', image_file: { filename: 'a.png', filepath: '/a.png', type: 'image/png', bytes: 3 } },
      { type: 'text', text: 'It is noon.' },
      { type: 'agent_update', agent_update: { index: 1 } },
    ];
    const { messages } = convert({ messages: [message('a', NO_PARENT), answer('b', 'a', { text: '', content })] });
    expect(messages[1]).toMatchObject({
      content: 'Let me look.\n\nIt is noon.',
      parts: [
        { type: 'reasoning', text: 'I need the time.' },
        { type: 'tool-call', toolName: 'clock', toolCallId: 't1', input: { zone: 'UTC' } },
        { type: 'tool-result', toolName: 'clock', toolCallId: 't1', output: '12:00' },
        { type: 'tool-call', toolName: 'code_interpreter', toolCallId: 't2' },
        { type: 'tool-result', toolName: 'code_interpreter', toolCallId: 't2', output: [] },
        { type: 'attachment', name: 'a.png', mediaType: 'image/png', url: '/a.png', sizeBytes: 3 },
        { type: 'data', name: 'agent_update' },
      ],
    });
  });

  it('has the text where the steps say none, and beside them where it is another one', () => {
    const content = [{ type: 'tool_call', tool_call: { id: 't', name: 'clock', args: '' } }];
    const said = [{ type: 'text', text: 'In steps.' }];
    const { messages } = convert({
      messages: [
        message('a', NO_PARENT),
        answer('b', 'a', { content }),
        answer('c', 'b', { content: said, text: 'Else.' }),
      ],
    });
    expect(messages.slice(1).map(({ content: text, metadata }) => [text, metadata.librechat])).toEqual([
      ['text of b', undefined],
      ['In steps.', { text: 'Else.' }],
    ]);
  });

  it('keeps answers that were cut off as such, and files', () => {
    const files = [{ filename: 'plan.pdf', type: 'application/pdf', filepath: '/f/1', bytes: 9 }];
    const { messages } = convert({
      messages: [
        message('a', NO_PARENT, { files }),
        answer('b', 'a', { unfinished: true }),
        answer('c', 'a', { error: true }),
      ],
    });
    expect(messages.map(({ status }) => status)).toEqual(['complete', 'aborted', 'aborted']);
    expect(messages[0]?.parts).toEqual([
      { type: 'attachment', name: 'plan.pdf', mediaType: 'application/pdf', url: '/f/1', sizeBytes: 9 },
    ]);
  });

  it('is finite when its links go in a circle or nowhere', () => {
    const imported = convert({ messages: [message('a', 'b'), answer('b', 'a'), message('c', 'gone')] });
    expect(imported.messages).toHaveLength(3);
    expect(imported.cutLinks).toBe(2);
  });

  it('is refused with the reason when a message has no id, or two have the same', () => {
    expect(() => convert({ messages: [message('', NO_PARENT)] })).toThrow('without messageId');
    expect(() => convert({ messages: [message('a', NO_PARENT), message('a', NO_PARENT)] })).toThrow('two messages a');
    expect(() => convert({ messages: ['a'] })).toThrow('something else');
  });
});
