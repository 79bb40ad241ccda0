import type { EngineContext } from '@keelson/db-core/testing';
import { setTimeout as sleep } from 'node:timers/promises';

/** What must hold between rows, as SQL that gives those for which it doesn't. */
const RULES: Readonly<Record<string, string>> = {
  'counters that are not the number of rows': `
    SELECT c.id FROM conversations c
    WHERE c.message_count <> (SELECT count(*) FROM conversation_messages m WHERE m.user_id = c.user_id AND m.conversation_id = c.id)
       OR c.next_seq <> c.message_count + 1`,
  'conversations with a gap in their numbers': `
    SELECT conversation_id FROM conversation_messages
    GROUP BY user_id, conversation_id HAVING min(seq) <> 1 OR max(seq) <> count(*) OR count(DISTINCT seq) <> count(*)`,
  'messages that do not follow the one before': `
    SELECT m.id FROM conversation_messages m
    LEFT JOIN conversation_messages p ON p.user_id = m.user_id AND p.conversation_id = m.conversation_id AND p.seq = m.seq - 1
    WHERE (m.seq > 1 OR m.parent_id IS NOT NULL) AND (p.id IS NULL OR m.parent_id IS NULL OR m.parent_id <> p.id)`,
  'activity that is not the latest time of a message': `
    SELECT c.id FROM conversations c
    WHERE c.last_message_at <>
      (SELECT max(m.created_at) FROM conversation_messages m WHERE m.user_id = c.user_id AND m.conversation_id = c.id)`,
};

/** Everything in the database that is half done or damaged; an empty list is what a test wants. */
export async function faultsIn(context: EngineContext, url: string): Promise<string[]> {
  const raw = context.raw(url);
  const faults: string[] = [];
  for (const [rule, sql] of Object.entries(RULES)) {
    const rows = await raw.query(sql);
    if (rows.length > 0) faults.push(`${rule}: ${JSON.stringify(rows.slice(0, 5))}`);
  }
  if (context.engine === 'sqlite') {
    const checks = [...(await raw.query('PRAGMA integrity_check')), ...(await raw.query('PRAGMA foreign_key_check'))];
    if (JSON.stringify(checks) !== '[{"integrity_check":"ok"}]')
      faults.push(`damage: ${JSON.stringify(checks.slice(0, 5))}`);
  }
  await raw.close();
  return faults;
}

/** A server notices some time later that a client is gone, and may still do what it was told before. */
export async function sessionsEnd(context: EngineContext, url: string): Promise<void> {
  if (context.engine === 'sqlite') return;
  const raw = context.raw(url);
  for (let turn = 0; turn < 500; turn += 1) {
    const others = await raw.query(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    if (others.length === 0) break;
    await sleep(10);
  }
  await raw.close();
}
