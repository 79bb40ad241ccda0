import { invalid } from './schemas/parse.ts';

/**
 * Cursors are opaque to callers: a kind, so that a cursor of one list isn't taken for another's, and the sort key of the
 * last item handed out.
 */
export type CursorKind =
  | 'conversations'
  | 'messages-asc'
  | 'messages-desc'
  | 'path-asc'
  | 'path-desc'
  | 'siblings'
  | 'source';

export function encodeCursor(kind: CursorKind, key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify([kind, ...key])).toString('base64url');
}

/**
 * The key inside a cursor, checked by `read`, which gives undefined for a key that isn't one.
 *
 * @throws ValidationError for anything that `encodeCursor` didn't give for the same kind.
 */
export function decodeCursor<Key>(
  kind: CursorKind,
  cursor: string,
  read: (key: readonly unknown[]) => Key | undefined,
): Key {
  const [found, ...key] = listOf(cursor);
  const result = found === kind ? read(key) : undefined;
  if (result === undefined) throw invalid([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  return result;
}

/** Reads the number of a message, of this conversation: the same number is another message elsewhere. */
export function seqOf(conversationId: string): (key: readonly unknown[]) => number | undefined {
  return ([id, seq]) => (id === conversationId && Number.isSafeInteger(seq) ? Number(seq) : undefined);
}

function listOf(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
