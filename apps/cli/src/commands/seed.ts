import process from 'node:process';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { ForbiddenError, readIdentity } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

export function addSeed(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('seed')
    .description('store sample data to try things with: the same each time, and nothing twice; never in production')
    .option('--user <ID>', 'whose it becomes', 'default')
    .option('--conversations <N>', 'how many conversations, 0 to 100,000', wholeNumber(0, 100_000), 20)
    .option('--seed <N>', 'another number gives other data', wholeNumber(0, 1_000_000_000), 1)
    .addHelpText('after', examples('keelson seed', 'keelson seed --user ada --conversations 500 --seed 7 --json'))
    .addHelpText(
      'after',
      document('{"user","seed","conversations":{"conversations","messages","created":{"conversations","messages"}}}'),
    )
    .action(({ user, conversations, seed }) =>
      useDatabase(context, { create: true, initialize: true }, async (database) => {
        refuseInProduction(context, await readIdentity(database));
        const { seedConversations } = await import('../seed/conversations.ts');
        const { interrupt, output } = context;
        const seeded = await seedConversations(database, {
          userId: user,
          conversations,
          seed,
          signal: interrupt.signal,
          onProgress: (done) => progress(done, conversations),
        });
        output.result({ user, seed, conversations: seeded }, () =>
          output.list({
            stored: `${plural(seeded.created.conversations, 'conversation')}, ${plural(seeded.created.messages, 'message')}`,
            'there in all': `${plural(seeded.conversations, 'conversation')}, ${plural(seeded.messages, 'message')}`,
            owner: user,
          }),
        );
      }),
    );
}

/** Sample rows among real ones are hard to tell apart afterwards. */
function refuseInProduction({ config }: Context, identity: Awaited<ReturnType<typeof readIdentity>>): void {
  if (config.environment !== 'production' && identity?.environment !== 'production') return;
  throw new ForbiddenError('This is production, where no sample data belongs.', {
    hint: 'Give another database with --url.',
  });
}

/** On a terminal only. */
function progress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(done === all ? '\r\u{1B}[K' : `\r${done} of ${all} conversations`);
}
