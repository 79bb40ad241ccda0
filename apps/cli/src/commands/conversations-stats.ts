import { type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import type { GetStatistics, OverallStatistics, Statistics } from '@keelson/conversations';
import { type Database, OPERATOR } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { readConversations } from '../conversations.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { plural } from '../figures.ts';
import { document, examples } from '../help.ts';
import { dateOf, timeAgo } from '../values.ts';

export function addConversationsStats(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('stats')
    .description('show how many messages there were each day, and what models took')
    .option('--user <ID>', 'whose (default: default)')
    .option('--all', "everybody's together, and who has most")
    .option('--from <WHEN>', 'from then on: 7d, or a date (default: 30d)', timeAgo)
    .option('--to <DATE>', 'before then (default: now)', date)
    .option('--time-zone <ZONE>', 'by whose clock a day begins, such as Europe/Berlin', 'UTC')
    .addHelpText(
      'after',
      examples('keelson conversations stats --user ada --from 7d', 'keelson conversations stats --all --json'),
    )
    .addHelpText(
      'after',
      document(
        '{"from","to","timeZone","totals":{"messages","tokens"},"days":[{"date","messages","byRole":{…}}…],\n   "models":[{"modelName","messages","tokens":{"count","sum","mean","p50","p95"},"latencyMs":{"count","mean","p50","p95"}}…],\n   with --all "users":[{"userId","messages","tokens"}…],"usersLeftOut"}',
      ),
    )
    .action(async ({ user, all = false, from, to, timeZone }) => {
      if (all && user !== undefined)
        throw new UsageError('--all and --user exclude each other.', { hint: 'Leave one of them out.' });
      const span: GetStatistics = {
        timeZone,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      };
      await useDatabase(context, { create: false }, async (database) => {
        const statistics = await read(database, span, all ? undefined : (user ?? 'default'));
        context.output.result(statistics, () => show(context, statistics));
      });
    });
}

async function read(
  database: Database,
  span: GetStatistics,
  user: string | undefined,
): Promise<Statistics | OverallStatistics> {
  if (user !== undefined) return (await readConversations(database, user)).getStatistics(span);
  const { overallStatistics } = await import('@keelson/conversations');
  return overallStatistics(database, span, OPERATOR);
}

function show({ output }: Context, statistics: Statistics | OverallStatistics): void {
  const { totals, days, models, timeZone } = statistics;
  output.line(`${plural(totals.messages, 'message')}, ${plural(totals.tokens, 'token')} (${timeZone})`);
  output.line();
  output.table(
    ['day', 'messages', 'of users', 'answers'],
    days.map(({ date: day, messages, byRole }) => [day, messages, byRole.user, byRole.assistant]),
  );
  if (models.length > 0) {
    output.line();
    output.table(
      ['model', 'messages', 'tokens', 'mean', 'p50', 'p95', 'mean ms', 'p50 ms', 'p95 ms'],
      models.map(({ modelName, messages, tokens, latencyMs }) => [
        modelName,
        messages,
        tokens.sum,
        ...[tokens, latencyMs].flatMap(({ mean, p50, p95 }) => [mean === null ? null : Math.round(mean), p50, p95]),
      ]),
    );
  }
  if (!('users' in statistics)) return;
  output.line();
  output.table(
    ['user', 'messages', 'tokens'],
    statistics.users.map(({ userId, messages, tokens }) => [userId, messages, tokens]),
  );
  if (statistics.usersLeftOut > 0) output.note(`… and ${plural(statistics.usersLeftOut, 'user')} more.`);
}

function date(text: string): Date {
  const value = dateOf(text);
  if (value === undefined) throw new InvalidArgumentError('Give a date such as 2026-03-29.');
  return value;
}
