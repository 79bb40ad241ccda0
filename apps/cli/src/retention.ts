import type { RetentionRule } from '@keelson/db-core';

/** How long every domain keeps its rows. A new domain adds its rules here. */
export async function retentionRules(): Promise<readonly RetentionRule[]> {
  const { conversationRetention } = await import('@keelson/conversations');
  return conversationRetention;
}
