import { describe, expect, it } from 'vitest';
import { Cleaner } from '../../src/import/imported.ts';
import { openwebui } from '../../src/import/openwebui.ts';

type Fields = Record<string, unknown>;

function message(id: string, parentId: string | null, more: Fields = {}): Fields {
  return { id, parentId, childrenIds: [], role: 'user', content: `text of ${id}`, timestamp: 1_760_000_000, ...more };
}

function row(messages: readonly Fields[], more: Fields = {}, chat: Fields = {}): Fields {
  const history = {
    messages: Object.fromEntries(messages.map((each) => [each.id, each])),
    currentId: messages.at(-1)?.id,
  };
  return {
    id: 'chat-1',
    title: 'Tea',
    created_at: 1_760_000_000,
    updated_at: 1_760_000_500,
    archived: false,
    chat: { models: ['llama'], history, ...chat },
    ...more,
  };
}

const convert = (element: unknown, cleaner = new Cleaner()) => openwebui.convert(element, cleaner);
const edges = (imported: ReturnType<typeof convert>) =>
  imported.messages.map(({ externalId, parentExternalId }) => `${parentExternalId ?? '-'}>${externalId}`);

describe('a chat of Open WebUI', () => {
  it('keeps its branches, the one in use, times, title and model', () => {
    const imported = convert(
      row(
        [
          message('b2', 'a', { role: 'assistant', model: 'mistral' }),
          message('a', null, { childrenIds: ['b1', 'b2'] }),
          message('b1', 'a', { role: 'assistant', model: 'llama', usage: { total_tokens: 42 } }),
        ],
        { archived: true, pinned: true, meta: { tags: ['drinks'] } },
        { params: { system: 'Be brief.' } },
      ),
    );
    expect(edges(imported)).toEqual(['->a', 'a>b1', 'a>b2']);
    expect(imported).toMatchObject({
      externalId: 'chat-1',
      title: 'Tea',
      createdAt: new Date(1_760_000_000_000),
      archivedAt: new Date(1_760_000_500_000),
      activeLeafExternalId: 'b1',
      metadata: { models: ['llama'], system: 'Be brief.', tags: ['drinks'], pinned: true },
    });
    expect(imported.messages[1]).toMatchObject({ role: 'assistant', metadata: { modelName: 'llama', tokens: 42 } });
  });

  it('reads the steps of an answer from its output', () => {
    const imported = convert(
      row([
        message('a', null),
        message('b', 'a', {
          role: 'assistant',
          content: 'shown otherwise',
          done: true,
          output: [
            { type: 'reasoning', content: [{ type: 'output_text', text: 'I need the time.' }] },
            { type: 'function_call', call_id: 'c1', name: 'clock', arguments: '{"zone":"UTC"}' },
            { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_text', text: '12:00' }] },
            { type: 'message', content: [{ type: 'output_text', text: 'It is noon.' }] },
          ],
        }),
      ]),
    );
    expect(imported.messages[1]).toMatchObject({
      content: 'It is noon.',
      status: 'complete',
      parts: [
        { type: 'reasoning', text: 'I need the time.' },
        { type: 'tool-call', toolName: 'clock', toolCallId: 'c1', input: { zone: 'UTC' } },
        { type: 'tool-result', toolCallId: 'c1', output: '12:00' },
      ],
    });
  });

  it('has an answer as it was edited, with what it was before', () => {
    const output = [
      { type: 'function_call', call_id: 'c1', name: 'clock', arguments: '{}' },
      { type: 'message', content: [{ type: 'output_text', text: 'It is noon.' }] },
    ];
    const edited = { role: 'assistant', content: 'It is midday.', output };
    const { messages } = convert(
      row([
        message('a', null),
        message('b', 'a', { ...edited, originalContent: '<details>…</details>\nIt is noon.' }),
        message('c', 'a', { ...edited, originalContent: 'Edited before.' }),
      ]),
    );
    expect(messages.slice(1)).toMatchObject([
      { content: 'It is midday.', parts: [{ type: 'tool-call', toolName: 'clock' }] },
      { content: 'It is midday.', metadata: { openwebui: { originalContent: 'Edited before.', told: 'It is noon.' } } },
    ]);
    expect(messages[1]?.metadata.openwebui).toEqual({ originalContent: '<details>…</details>\nIt is noon.' });
  });

  it('takes thoughts and calls out of the text where older versions put them', () => {
    const content = [
      '<details type="reasoning" done="true" duration="2">\n<summary>Thought for 2 seconds</summary>\n&gt; Is 1 &lt; 2?\n</details>',
      '<details type="tool_calls" done="true" id="c1" name="clock" arguments="&quot;{\\&quot;zone\\&quot;:\\&quot;UTC\\&quot;}&quot;" result="&quot;12:00&quot;" files="">\n<summary>Tool Executed</summary>\n</details>',
      'It is noon. <details><summary>More</summary>This stays.</details>',
    ].join('\n');
    const [, answer] = convert(row([message('a', null), message('b', 'a', { role: 'assistant', content })])).messages;
    expect(answer).toMatchObject({
      content: 'It is noon. <details><summary>More</summary>This stays.</details>',
      parts: [
        { type: 'reasoning', text: 'Is 1 < 2?' },
        { type: 'tool-call', toolName: 'clock', toolCallId: 'c1', input: { zone: 'UTC' } },
        { type: 'tool-result', toolName: 'clock', toolCallId: 'c1', output: '12:00' },
      ],
    });
  });

  it('looks at text that opens thousands of details and closes none just once', () => {
    const content = '<details type="reasoning">'.repeat(100_000);
    const [, answer] = convert(row([message('a', null), message('b', 'a', { role: 'assistant', content })])).messages;
    expect(answer).toMatchObject({ content, parts: null });
  });

  it('keeps answers that were cut off or failed as such, and what was attached', () => {
    const files = [
      { type: 'image', url: `data:image/png;base64,${'A'.repeat(2_000_000)}` },
      { type: 'file', name: 'plan.pdf', size: 12, content_type: 'application/pdf', url: '/files/1' },
    ];
    const cleaner = new Cleaner();
    const { messages } = convert(
      row([
        message('a', null, { files }),
        message('b', 'a', { role: 'assistant', content: 'Well', done: false }),
        message('c', 'a', { role: 'assistant', content: '', error: { content: 'No such model' } }),
      ]),
      cleaner,
    );
    expect(cleaner.leftOut).toBe(1);
    expect(messages[0]?.parts).toEqual([
      { type: 'attachment', mediaType: 'image/*' },
      { type: 'attachment', name: 'plan.pdf', mediaType: 'application/pdf', url: '/files/1', sizeBytes: 12 },
    ]);
    expect(messages.slice(1).map(({ status, metadata }) => [status, metadata.error])).toEqual([
      ['aborted', undefined],
      ['aborted', 'No such model'],
    ]);
  });

  it('keeps as many pictures as there is room for, and tells how many it could not', () => {
    const cleaner = new Cleaner();
    const files = Array.from({ length: 5 }, (_, n) => ({
      type: 'image',
      url: `data:image/png;base64,${'A'.repeat(1_000_000 + n)}`,
    }));
    const [only] = convert(row([message('a', null, { files })]), cleaner).messages;
    expect(only?.parts?.map((part) => 'url' in part)).toEqual([true, true, true, true, false]);
    expect(cleaner.leftOut).toBe(1);
  });

  it.each([
    ['history', { currentId: 'b1' }, {}, {}],
    ['the chat', { currentId: null }, { currentId: 'b1' }, {}],
    ['its row', {}, {}, { current_message_id: 'b1' }],
  ])('goes on from the branch that is in use, as %s says it', (_where, current, chat, more) => {
    const messages = [message('a', null), message('b1', 'a'), message('b2', 'a')];
    const history = { messages: Object.fromEntries(messages.map((each) => [each.id, each])), ...current };
    expect(convert(row(messages, more, { ...chat, history })).activeLeafExternalId).toBe('b1');
  });

  it('is finite when its links go in a circle or nowhere', () => {
    const imported = convert(row([message('a', 'c'), message('b', 'a'), message('c', 'b'), message('d', 'nobody')]));
    expect(imported.messages).toHaveLength(4);
    expect(imported.cutLinks).toBe(2);
  });

  it('may be one of the first versions: without a row around it, and with a list', () => {
    const list = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello', model: 'llama' },
    ];
    const chat = { title: 'Old', models: ['llama'], messages: list, timestamp: 1_700_000_000_000 };
    expect(openwebui.recognises(chat)).toBe(true);
    const imported = convert(chat);
    expect(imported).toMatchObject({ title: 'Old', createdAt: new Date(1_700_000_000_000) });
    expect(imported.messages.map(({ content }) => content)).toEqual(['Hi', 'Hello']);
    expect(convert(chat).externalId).toBe(imported.externalId);
    expect(openwebui.recognises({ messages: list })).toBe(false);
    expect(openwebui.recognises({ chat: { messages: list } })).toBe(true);
  });

  it('is refused with the reason when a role is unknown', () => {
    expect(() => convert(row([message('a', null, { role: 'narrator' })]))).toThrow('has the role "narrator"');
  });
});
