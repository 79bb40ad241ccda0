/** Databases with the same content, one for each contender. */
export interface Stage {
  /** A copy of the seeded database. Gives its URL and, where it is a file, its path. */
  copy(name: string): Promise<{ readonly url: string; readonly path: string }>;
  /** Brings a copy into the state in which every turn begins: nothing that is left over from the turn before. */
  settle(name: string): void | Promise<void>;
  /** Everything that a copy holds of a conversation, as it is stored. */
  stored(name: string, conversationId: string): Promise<readonly unknown[]>;
  /** Figures over all messages of a copy; copies that were given the same work have the same. */
  digest(name: string): Promise<unknown>;
  close(): Promise<void>;
}

export const STORED_SQL = {
  conversation: 'select * from conversations where id = $1',
  messages: 'select * from conversation_messages where conversation_id = $1 order by seq',
  digest:
    'select count(*) as messages, sum(seq) as numbers, sum(length(content)) as characters from conversation_messages',
};
