import { type Database, Search } from '@keelson/db-core';

/** Search in every domain that there is. A new domain adds its sources here. */
export async function openSearch(database: Database): Promise<Search> {
  const { conversationSources } = await import('@keelson/conversations');
  return new Search(database, conversationSources);
}
