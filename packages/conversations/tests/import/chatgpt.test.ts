import { describe, expect, it } from 'vitest';
import { chatgpt } from '../../src/import/chatgpt.ts';
import { Cleaner, ImportFault } from '../../src/import/imported.ts';

interface NodeOptions {
  readonly parent?: string | null;
  readonly children?: readonly string[];
  readonly role?: string;
  readonly text?: string;
  readonly message?: Record<string, unknown>;
}

function node(
  id: string,
  { parent = null, children = [], role = 'user', text = `text of ${id}`, message = {} }: NodeOptions = {},
) {
  return {
    [id]: {
      id,
      parent,
      children,
      message: {
        id,
        author: { role },
        create_time: 1_700_000_000.25,
        content: { content_type: 'text', parts: [text] },
        status: 'finished_successfully',
        ...message,
      },
    },
  };
}

function convert(mapping: Record<string, unknown>, more: Record<string, unknown> = {}, cleaner = new Cleaner()) {
  return chatgpt.convert({ id: 'conversation', title: 'Title', create_time: 1_700_000_000, mapping, ...more }, cleaner);
}

const edges = (imported: ReturnType<typeof convert>) =>
  imported.messages.map(({ externalId, parentExternalId }) => `${parentExternalId ?? '-'}>${externalId}`);

describe('a ChatGPT conversation', () => {
  it('keeps its branches, siblings in their order, parents before children', () => {
    const imported = convert(
      {
        ...node('b2', { parent: 'a', role: 'assistant' }),
        ...node('a', { children: ['b1', 'b2'] }),
        ...node('b1', { parent: 'a', children: ['c'], role: 'assistant' }),
        ...node('c', { parent: 'b1' }),
      },
      { current_node: 'c' },
    );
    expect(edges(imported)).toEqual(['->a', 'a>b1', 'b1>c', 'a>b2']);
    expect(imported.activeLeafExternalId).toBe('c');
    expect(imported.cutLinks).toBe(0);
  });

  it('passes over nodes that say nothing, and joins what is above and below them', () => {
    const imported = convert(
      {
        root: { id: 'root', message: null, parent: null, children: ['hidden'] },
        ...node('hidden', { parent: 'root', children: ['a'], role: 'system', text: '' }),
        ...node('a', { parent: 'hidden', children: ['empty'] }),
        ...node('empty', { parent: 'a', children: ['b'], role: 'system', text: '' }),
        ...node('b', { parent: 'empty', role: 'assistant' }),
      },
      { current_node: 'empty' },
    );
    expect(edges(imported)).toEqual(['->a', 'a>b']);
    expect(imported.activeLeafExternalId).toBe('a');
  });

  it('is finite when its links go in a circle, and nothing is left out', () => {
    const imported = convert({
      ...node('a', { parent: 'c', children: ['b'] }),
      ...node('b', { parent: 'a', children: ['c'] }),
      ...node('c', { parent: 'b', children: ['a'] }),
      ...node('self', { parent: 'self', children: ['self'] }),
      ...node('below', { parent: 'c' }),
    });
    expect(imported.messages.map(({ externalId }) => externalId).sort()).toEqual(['a', 'b', 'below', 'c', 'self']);
    expect(imported.cutLinks).toBe(2);
  });

  it('keeps messages whose parent is missing', () => {
    const imported = convert({ ...node('a', { parent: 'nowhere' }), ...node('b', { parent: 'a', role: 'assistant' }) });
    expect(edges(imported)).toEqual(['->a', 'a>b']);
    expect(imported.cutLinks).toBe(1);
  });

  it('finds the parent by the list of children where a node does not name it', () => {
    const mapping: Record<string, unknown> = { ...node('a', { children: ['b'] }), ...node('b') };
    Reflect.deleteProperty(mapping.b as object, 'parent');
    expect(edges(convert(mapping))).toEqual(['->a', 'a>b']);
  });

  it('keeps times of messages, with their milliseconds, and drops what is no time', () => {
    const imported = convert({
      ...node('a', { children: ['b'] }),
      ...node('b', { parent: 'a', message: { create_time: null }, children: ['c'] }),
      ...node('c', { parent: 'b', message: { create_time: 1e300 } }),
    });
    expect(imported.createdAt).toEqual(new Date(1_700_000_000_000));
    expect(imported.messages.map(({ createdAt }) => createdAt?.getTime() ?? null)).toEqual([
      1_700_000_000_250,
      null,
      null,
    ]);
  });

  it('knows calls of tools and their results', () => {
    const imported = convert({
      ...node('call', {
        role: 'assistant',
        children: ['result'],
        message: { recipient: 'python', content: { content_type: 'code', text: '1 + 1' } },
      }),
      ...node('result', {
        role: 'tool',
        parent: 'call',
        message: { author: { role: 'tool', name: 'python' }, content: { content_type: 'execution_output', text: '2' } },
      }),
    });
    expect(imported.messages).toMatchObject([
      { role: 'assistant', content: '1 + 1', parts: [{ type: 'tool-call', toolName: 'python' }] },
      { role: 'tool', content: '2', parts: [{ type: 'tool-result', toolName: 'python' }] },
    ]);
  });

  it('keeps pictures, files, thoughts and kinds of content that nobody has seen yet', () => {
    const picture = { content_type: 'image_asset_pointer', asset_pointer: 'file-service://x', size_bytes: 12 };
    const imported = convert({
      ...node('picture', {
        message: { content: { content_type: 'multimodal_text', parts: [picture, 'What is this?'] } },
      }),
      ...node('file', {
        message: { metadata: { attachments: [{ name: 'a.pdf', mime_type: 'application/pdf', size: 9 }] } },
      }),
      ...node('thoughts', {
        role: 'assistant',
        message: { content: { content_type: 'thoughts', thoughts: [{ summary: 's', content: 'hm' }] } },
      }),
      ...node('new', {
        role: 'assistant',
        message: { content: { content_type: 'hologram', text: 'words', depth: 3 } },
      }),
    });
    expect(imported.messages).toMatchObject([
      {
        content: 'What is this?',
        parts: [{ type: 'attachment', name: 'file-service://x', mediaType: 'image/*', sizeBytes: 12 }],
      },
      {
        content: 'text of file',
        parts: [{ type: 'attachment', name: 'a.pdf', mediaType: 'application/pdf', sizeBytes: 9 }],
      },
      { content: '', parts: [{ type: 'reasoning', text: 's\n\nhm' }] },
      { content: 'words', parts: [{ type: 'data', name: 'hologram', data: { content_type: 'hologram', depth: 3 } }] },
    ]);
  });

  it('keeps messages that are only a file, a call without input or a tool that said nothing', () => {
    const imported = convert({
      ...node('file', { text: '', message: { metadata: { attachments: [{ id: 'f', name: 'a.pdf' }] } } }),
      ...node('call', { parent: 'file', role: 'assistant', text: '', message: { recipient: 'bio' } }),
      ...node('failed', {
        parent: 'call',
        role: 'tool',
        message: { author: { role: 'tool', name: 'bio' }, content: { content_type: 'system_error', text: 'No.' } },
      }),
      ...node('quiet', { parent: 'failed', role: 'tool', text: '' }),
      ...node('nothing', { parent: 'quiet', role: 'system', text: '' }),
    });
    expect(imported.messages.map(({ content, parts }) => [content, parts])).toEqual([
      ['', [{ type: 'attachment', name: 'a.pdf' }]],
      ['', [{ type: 'tool-call', toolName: 'bio' }]],
      ['No.', [{ type: 'tool-result', toolName: 'bio', isError: true }]],
      ['', [{ type: 'tool-result' }]],
    ]);
    expect(imported.messages[0]?.metadata).toEqual({
      source: 'chatgpt',
      chatgpt: { metadata: { attachments: [{ id: 'f' }] } },
    });
  });

  it('keeps details that are too long for metadata as a part, and tells of those that are longer still', () => {
    const cleaner = new Cleaner();
    const long = (length: number) => ({ message: { metadata: { search_result_groups: ['x'.repeat(length)] } } });
    const { messages } = convert({ ...node('long', long(300_000)), ...node('longer', long(5_000_000)) }, {}, cleaner);
    expect(messages[0]?.parts).toMatchObject([{ type: 'data', name: 'chatgpt.details' }]);
    expect(messages[1]?.parts).toBeNull();
    expect(messages.map(({ metadata }) => metadata)).toEqual([{ source: 'chatgpt' }, { source: 'chatgpt' }]);
    expect(cleaner.leftOut).toBe(1);
  });

  it('keeps an answer that was cut off, even an empty one', () => {
    const imported = convert({
      ...node('a', { children: ['b', 'c'] }),
      ...node('b', { parent: 'a', role: 'assistant', text: '', message: { status: 'in_progress' } }),
      ...node('c', {
        parent: 'a',
        role: 'assistant',
        text: 'Well',
        message: { metadata: { finish_details: { type: 'interrupted' } } },
      }),
    });
    expect(imported.messages.slice(1)).toMatchObject([
      { status: 'aborted', content: '' },
      { status: 'aborted', content: 'Well' },
    ]);
  });

  it('makes text storable and counts what it replaced', () => {
    const cleaner = new Cleaner();
    const imported = convert(
      { ...node('a', { text: 'nul \0 and half \uD83D of a pair 😀' }) },
      { title: 'T\0' },
      cleaner,
    );
    expect(imported.messages[0]?.content).toBe('nul \uFFFD and half \uFFFD of a pair 😀');
    expect(imported.title).toBe('T\uFFFD');
    expect(cleaner.replaced).toBe(3);
  });

  it('cuts a title that is too long, never inside a character', () => {
    const { title } = convert({}, { title: `${'x'.repeat(498)}😀😀` });
    expect(title).toBe(`${'x'.repeat(498)}…`);
  });

  it('says which role it does not know', () => {
    expect(() => convert({ ...node('a', { role: 'ghost' }) })).toThrow(ImportFault);
    expect(() => convert({ ...node('a', { role: 'ghost' }) })).toThrow('the role "ghost"');
  });

  it('may have keys that objects inherit', () => {
    const mapping = JSON.parse(
      JSON.stringify({ ...node('constructor'), x: node('__proto__x').__proto__x }).replace('"x":', '"__proto__":'),
    ) as Record<string, unknown>;
    expect(convert(mapping).messages.map(({ externalId }) => externalId)).toEqual(['constructor', '__proto__']);
  });

  it('may be tens of thousands of messages deep', () => {
    const mapping: Record<string, unknown> = {};
    for (let at = 0; at < 30_000; at += 1)
      Object.assign(mapping, node(`n${at}`, { parent: at === 0 ? null : `n${at - 1}`, children: [`n${at + 1}`] }));
    expect(convert(mapping).messages).toHaveLength(30_000);
  });
});
