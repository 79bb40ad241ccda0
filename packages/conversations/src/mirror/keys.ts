/** A row of somebody's. Ids alone say nothing: two users may have the same. */
export interface Key {
  readonly userId: string;
  readonly id: string;
}

/** Before everybody's rows. */
export const BEFORE_ALL: Key = { userId: '', id: '00000000-0000-0000-0000-000000000000' };

/** No id has a space in it. */
export function textOf({ userId, id }: Key): string {
  return `${id} ${userId}`;
}

export function keyOf({ user_id: userId, id }: { readonly user_id: string; readonly id: string }): Key {
  return { userId, id };
}

export function conversationOf(row: { readonly user_id: string; readonly conversation_id: string }): Key {
  return { userId: row.user_id, id: row.conversation_id };
}

/** Each once. */
export function distinct(keys: Iterable<Key>): Key[] {
  return [...new Map([...keys].map((key) => [textOf(key), key])).values()];
}

/** The ids of each user. */
export function idsByUser(keys: Iterable<Key>): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const { userId, id } of keys) {
    const own = ids.get(userId);
    if (own === undefined) ids.set(userId, [id]);
    else own.push(id);
  }
  return ids;
}

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
