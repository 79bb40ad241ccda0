/** One small conversation in each format that can be imported, with `extra` more turns at its end. */
export function samples(extra = 0): Readonly<Record<string, object>> {
  const more = Array.from({ length: extra }, (_, n) => ({
    who: n % 2 === 0 ? 'user' : 'assistant',
    text: `more ${n}`,
  }));
  const turns = [{ who: 'user', text: 'Time?' }, { who: 'assistant', text: 'Noon.' }, ...more];
  const ids = turns.map((_, n) => `m${n}`);
  const parent = (n: number): string | null => (n === 0 ? null : `m${n - 1}`);
  return {
    chatgpt: {
      id: 'chatgpt-1',
      title: 'Clock',
      create_time: 1_760_000_000,
      current_node: ids.at(-1),
      mapping: Object.fromEntries(
        turns.map(({ who, text }, n) => [
          ids[n],
          {
            id: ids[n],
            parent: parent(n),
            children: n + 1 < turns.length ? [ids[n + 1]] : [],
            message: {
              author: { role: who },
              create_time: 1_760_000_000 + n,
              content: { content_type: 'text', parts: [text] },
            },
          },
        ]),
      ),
    },
    librechat: {
      conversationId: 'librechat-1',
      title: 'Clock',
      messages: turns.map(({ who, text }, n) => ({
        messageId: ids[n],
        parentMessageId: parent(n) ?? '00000000-0000-0000-0000-000000000000',
        isCreatedByUser: who === 'user',
        text,
        createdAt: '2026-03-04T05:06:07.089Z',
      })),
    },
    openai: { messages: turns.map(({ who, text }) => ({ role: who, content: text })) },
    openassistant: {
      message_tree_id: 'openassistant-1',
      tree_state: 'ready_for_export',
      prompt: [...turns.entries()].reduceRight<object | undefined>(
        (reply, [n, { who, text }]) => ({
          message_id: ids[n],
          role: who === 'user' ? 'prompter' : 'assistant',
          text,
          created_date: '2026-03-04T05:06:07.089Z',
          replies: reply === undefined ? [] : [reply],
        }),
        undefined,
      ),
    },
    openwebui: {
      id: 'openwebui-1',
      title: 'Clock',
      created_at: 1_760_000_000,
      chat: {
        models: ['llama'],
        history: {
          currentId: ids.at(-1),
          messages: Object.fromEntries(
            turns.map(({ who, text }, n) => [
              ids[n],
              { id: ids[n], parentId: parent(n), childrenIds: [], role: who, content: text, timestamp: 1_760_000_000 },
            ]),
          ),
        },
      },
    },
    sharegpt: {
      conversations: turns.map(({ who, text }) => ({ from: who === 'user' ? 'human' : 'gpt', value: text })),
    },
  };
}
