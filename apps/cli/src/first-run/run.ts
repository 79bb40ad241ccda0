import type { Database } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { plural, shorten } from '../figures.ts';
import { type ConversationsRun, runConversations } from './conversations.ts';
import { type Prepared, prepareDatabase } from './prepare.ts';

/** Whose rows the real input becomes. */
export const FIRST_USER = 'default';

export interface FirstRun extends Prepared {
  readonly user: string;
  /** What each domain did. */
  readonly domains: { readonly conversations: ConversationsRun };
}

/** Makes the database if need be and runs every domain on real input; what an earlier run brought isn't brought twice. */
export async function firstRun(context: Context, database: Database): Promise<FirstRun> {
  const prepared = await prepareDatabase(context, database);
  const conversations = await runConversations(database, FIRST_USER);
  return { ...prepared, user: FIRST_USER, domains: { conversations } };
}

export function showFirstRun(
  { output }: Context,
  { database, engine, created, migrations, user, domains }: FirstRun,
): void {
  const { file, conversations, messages, created: added, branches, page, context } = domains.conversations;
  const done =
    migrations.length === 0
      ? 'is up to date'
      : `${created ? 'was made' : 'was migrated'} with ${plural(migrations.length, 'migration')}`;
  const isNew =
    added.messages === 0
      ? conversations === 0
        ? 'what it holds was erased here'
        : 'all of them there before'
      : `new: ${plural(added.conversations, 'conversation')}, ${plural(added.messages, 'message')}`;
  const [branch] = branches;
  output.list({
    database: `${database} (${engine}) ${done}`,
    conversations: `${file} for the user ${user}: ${plural(conversations, 'conversation')}, ${plural(messages, 'message')}; ${isNew}`,
    branches: `${plural(branches.length, 'message was', 'messages were')} answered more than once${branch === undefined ? '' : `, such as message ${branch.seq} of ${quoted(branch.conversation)}: ${branch.answers} answers`}`,
    page: `the first ${page.titles.length} by latest activity: ${page.titles.map(quoted).join(', ')}${page.hasMore ? '; more follow' : ''}`,
    context: `the last ${context.roles.length} of ${plural(context.of, 'message')} of ${quoted(context.conversation)}: ${context.roles.join(', ')}`,
  });
}

function quoted(title: string | null): string {
  return title === null ? 'one without a title' : `"${shorten(title, 40)}"`;
}
