import { Conversations } from '@keelson/conversations';
import type { Database } from '@keelson/db-core';

/** Two users with conversations of every kind of text, and an account's worth of rows beside them. */
export async function fill(database: Database, conversations = 5): Promise<void> {
  for (const user of ['ada', 'bob']) {
    const chats = new Conversations(database, user);
    for (let number = 0; number < conversations; number += 1) {
      const { id } = await chats.createConversation({ title: `${user} "${number}" \\ {a,b} ü 🙂` });
      await chats.saveUserMessage({ conversationId: id, content: `a 'quoted' \\backslash\\, NULL\n{"json":[1,2]}` });
      await chats.saveUserMessage({ conversationId: id, content: 'x'.repeat(3000 * (number + 1)) });
    }
  }
}

/** What the users see, to compare. */
export async function seen(database: Database): Promise<unknown> {
  const rows = [];
  for (const user of ['ada', 'bob']) {
    rows.push(
      await database
        .forUser(user)
        .all((db) =>
          db
            .selectFrom('conversation_messages')
            .select(['id', 'conversation_id', 'seq', 'content', 'metadata', 'created_at'])
            .orderBy('id'),
        ),
      await database
        .forUser(user)
        .all((db) => db.selectFrom('conversations').select(['id', 'title', 'version', 'updated_at']).orderBy('id')),
    );
  }
  return rows;
}
