import { describeEngine } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { type ConversationExport, Conversations } from '../../src/index.ts';

async function textOf({ chunks }: ConversationExport): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

/** Without times and ids, which are others each time. */
function steady(markdown: string): string {
  return markdown
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gu, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/gu, 'TIME');
}

// Rows are the same on both engines, so that one is enough.
describeEngine('sqlite', 'Markdown', (context) => {
  const open = async () => {
    const chats = new Conversations(await context.open(), 'ada');
    const { id } = await chats.createConversation({ title: 'A *star*\n# and a `tick`' });
    return { chats, id };
  };

  it('shows the branch in use, or all of them, with who spoke', async () => {
    const { chats, id } = await open();
    const question = await chats.saveUserMessage({ conversationId: id, content: 'Why?' });
    await chats.saveAssistantMessage({ conversationId: id, content: 'So.', metadata: { modelName: 'm_1' } });
    await chats.saveAssistantMessage({ conversationId: id, parentId: question.id, content: 'Be', status: 'aborted' });
    expect(steady(await textOf(await chats.exportConversation(id, { format: 'markdown' })))).toBe(
      [
        '# A \\*star\\* \\# and a \\`tick\\`',
        '',
        '- Conversation: `ID`',
        '- Created: TIME',
        '- Last message: TIME',
        '- Messages: 3',
        '',
        '## User',
        '',
        '*TIME*',
        '',
        '> Why?',
        '',
        '## Assistant (cut off)',
        '',
        '*TIME*',
        '',
        '> Be',
        '',
      ].join('\n'),
    );
    const all = steady(await textOf(await chats.exportConversation(id, { format: 'markdown', branches: 'all' })));
    expect(all).toContain('## Assistant (m\\_1, no. 2)\n\n*TIME*\n\n> So.\n');
    expect(all).toContain('## Assistant (cut off, no. 3, follows no. 1)\n\n*TIME*\n\n> Be\n');
  });

  it('keeps every line of what was said as it is, and lets none of it out of its quote', async () => {
    const { chats, id } = await open();
    const wild = [
      '```js\nnever closed',
      '# A heading\n\n---\n\n<!-- a comment',
      '    four spaces\n\ttab\r\nnext\rlast',
      '> quoted\n\n~~~~\n```\n~~~~\n',
      '<details>\n<script>',
    ];
    for (const content of wild) await chats.saveUserMessage({ conversationId: id, content });
    const text = await textOf(await chats.exportConversation(id, { format: 'markdown' }));
    const [, ...messages] = text.split(/^## User\n\n\*[^*]+\*\n\n/mu);
    expect(messages).toHaveLength(wild.length);
    for (const [n, message] of messages.entries()) {
      const lines = message.replace(/\n+$/u, '').split('\n');
      expect(lines.every((line) => line.startsWith('>'))).toBe(true);
      expect(lines.map((line) => line.replace(/^> ?/u, ''))).toEqual(wild[n]?.split(/\r\n|\r|\n/u));
    }
  });

  it('shows calls, results, thoughts and attachments, in fences that nothing inside can end', async () => {
    const { chats, id } = await open();
    await chats.saveAssistantMessage({
      conversationId: id,
      content: 'Look.',
      parts: [
        { type: 'tool-call', toolName: 'clock', toolCallId: 'c_1', input: { zone: 'UTC' } },
        { type: 'reasoning', text: 'I need it.' },
        { type: 'attachment', name: 'a.png', mediaType: 'image/png', url: 'data:image/png;base64,AAAA', sizeBytes: 3 },
      ],
    });
    await chats.saveToolMessage({
      conversationId: id,
      content: 'see ````x````',
      parts: [{ type: 'tool-result', toolName: 'clock', toolCallId: 'c_1' }],
    });
    const text = await textOf(await chats.exportConversation(id, { format: 'markdown' }));
    expect(text).toContain('**Reasoning**\n\n> I need it.\n\n> Look.\n');
    expect(text).toContain('**Tool call: clock (c\\_1)**\n\n```json\n{\n  "zone": "UTC"\n}\n```\n');
    expect(text).toContain('**Attachment: a.png, image/png, 3 bytes, held in the conversation itself**\n');
    expect(text).toContain('**Tool result: clock (c\\_1)**\n\n`````\nsee ````x````\n`````\n');
    expect(text).not.toContain('AAAA');
  });

  it('leaves out what another program said besides, as contexts do, however long it is', async () => {
    const { chats, id } = await open();
    const parts = [{ type: 'data', name: 'openwebui.details', data: { files: ['x'.repeat(300_000)] } }] as const;
    await chats.saveUserMessage({ conversationId: id, content: 'What is in it?', parts });
    const text = await textOf(await chats.exportConversation(id, { format: 'markdown' }));
    expect(text).toContain('> What is in it?\n');
    expect(text.length).toBeLessThan(1_000);
    const { messages } = await chats.buildContext({ conversationId: id, maxTokens: 20 });
    expect(messages).toHaveLength(1);
  });
});
