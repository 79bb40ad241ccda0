import type { Conversations } from '@keelson/conversations';

export interface Appends {
  readonly conversationId: string;
  readonly writers: number;
  /** Messages of each writer. */
  readonly turns: number;
  /** Stands in each message, so that no two are alike. */
  readonly name: string;
}

/** Every writer appends one message after the other; all writers at once. Gives what was saved: number and content. */
export async function appendTogether(
  chats: Conversations,
  { conversationId, writers, turns, name }: Appends,
): Promise<[seq: number, content: string][]> {
  const each = Array.from({ length: writers }, async (_, writer) => {
    const saved: [number, string][] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const content = `${name} ${writer} ${turn}`;
      const save = { conversationId, content, requestId: content };
      const message = turn % 2 === 0 ? await chats.saveUserMessage(save) : await chats.saveAssistantMessage(save);
      saved.push([message.seq, message.content]);
    }
    return saved;
  });
  return (await Promise.all(each)).flat();
}
