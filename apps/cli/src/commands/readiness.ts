import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readiness, type ReadinessFigure, type ReadinessTrend } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { placeOf, useDatabase } from '../database.ts';
import { bytes, plural } from '../figures.ts';
import { document, examples } from '../help.ts';

const FINDINGS = 5;
const NAMES = {
  size: 'size',
  activeUsers: 'users active within an hour',
  lockFailures: 'tries to write that found the lock taken',
  writes: 'writes a second, busiest minute of the hour',
} as const;

export function addReadiness(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('readiness')
    .description('tell how near the database is to where PostgreSQL is the better place, and when it will be there')
    .addHelpText('after', examples('keelson readiness', 'keelson readiness --json | jq .figures'))
    .addHelpText(
      'after',
      document(
        '{"engine","database","reached":[NAME…],"samples","figures":[{"name":"size|activeUsers|lockFailures|writes","unit","value","threshold",\n   "isReached","trend":{"days","perDay","perDayBetween":[LOW,HIGH],"expectedAt","earliestAt","latestAt"}|null}…]}',
      ),
    )
    .addHelpText(
      'after',
      '\nThe thresholds: 50 MB, 50 users active within an hour, 10 % of tries that find the lock taken, 10 writes a second.\nA worker keeps the figures every hour; the trend needs seven days of them. With SQLite it ends with 5 when one is reached.\n',
    )
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const { engine, figures, samples } = await readiness(database);
        const reached = figures.filter(({ isReached }) => isReached).map(({ name }) => name);
        const { output } = context;
        output.result({ ...placeOf(context.config.database), reached, samples, figures }, () => {
          output.table(
            ['figure', 'now', 'threshold', 'trend'],
            figures.map((figure) => [
              NAMES[figure.name],
              inWords(figure, figure.value),
              inWords(figure, figure.threshold),
              figure.trend === null ? 'too little data' : trendInWords(figure, figure.trend),
            ]),
          );
          output.line();
          if (engine === 'postgres') output.line('It is on PostgreSQL already.');
          else if (reached.length === 0) output.line('SQLite is enough.');
          else output.line(`It is time for PostgreSQL: ${plural(reached.length, 'threshold')} reached.`);
          output.note(`${plural(samples, 'sample')} of the last 90 days.`);
        });
        if (engine === 'sqlite' && reached.length > 0) context.exitCode = FINDINGS;
      }),
    );
}

function inWords({ unit }: ReadinessFigure, value: number | null): string | null {
  if (value === null) return null;
  if (unit === 'bytes') return bytes(value);
  const rounded = value.toLocaleString('en', { maximumFractionDigits: 2 });
  return unit === '%' ? `${rounded} %` : rounded;
}

function trendInWords(figure: ReadinessFigure, { perDay, expectedAt, earliestAt, latestAt }: ReadinessTrend): string {
  const growth = `${perDay < 0 ? '−' : '+'}${inWords(figure, Math.abs(perDay))} a day`;
  if (figure.isReached) return growth;
  if (earliestAt === null) return `${growth}; not within ten years`;
  const from = day(earliestAt);
  if (expectedAt === null) return `${growth}; hardly within ten years, ${from} at the earliest`;
  return `${growth}; reached about ${day(expectedAt)} (${from} to ${latestAt === null ? 'never' : day(latestAt)})`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
