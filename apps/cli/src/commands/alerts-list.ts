import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Alert, ALERT_RULES, Alerts, type Database } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { UsageError } from '../errors.ts';
import { time } from '../figures.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

const FINDINGS = 5;

export function addAlertsList(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('list')
    .description('show what is wrong; with --history also what was, the newest first')
    .option('--history', 'also what is over')
    .option('--limit <N>', 'of the history, how many at most, 1 to 500 (default: 50)', wholeNumber(1, 500))
    .option('--cursor <CURSOR>', 'go on in the history after a page: its nextCursor')
    .addHelpText('after', examples('keelson alerts list', 'keelson alerts list --history --json'))
    .addHelpText(
      'after',
      document(
        '{"evaluatedAt","firing","items":[{"id","rule","subject","severity","message","firedAt","seenAt","resolvedAt",\n   "firingToldAt","resolvedToldAt"}…],"nextCursor"}',
      ),
    )
    .addHelpText(
      'after',
      '\nA worker or the API looks every ALERT_INTERVAL; docs/alerts.md says what each rule means and what to do.\nEnds with 5 when an alert fires that is more than advice.\n',
    )
    .action(({ history, limit, cursor }) => {
      if (history === undefined && (limit !== undefined || cursor !== undefined))
        throw new UsageError('--limit and --cursor go with --history.', { hint: 'Add --history, or leave them out.' });
      return useDatabase(context, { create: false }, async (database) => {
        const alerts = new Alerts(database);
        const firing = await alerts.firing();
        const page =
          history === undefined
            ? { items: firing, nextCursor: null }
            : await alerts.list({
                ...(limit === undefined ? {} : { limit }),
                ...(cursor === undefined ? {} : { cursor }),
              });
        const evaluatedAt = await alerts.evaluatedAt();
        context.output.result({ evaluatedAt, firing: firing.length, ...page }, () =>
          show(context, database, { ...page, evaluatedAt, firing }),
        );
        if (firing.some(({ severity }) => severity !== 'info')) context.exitCode = FINDINGS;
      });
    });
}

interface Shown {
  readonly items: readonly Alert[];
  readonly nextCursor: string | null;
  readonly firing: readonly Alert[];
  readonly evaluatedAt: Date | null;
}

function show({ output }: Context, database: Database, { items, nextCursor, firing, evaluatedAt }: Shown): void {
  if (items.length === 0) output.line('No alert fires.');
  else
    output.table(
      ['since', 'until', 'severity', 'rule', 'told', 'message'],
      items.map((alert) => [
        time(alert.firedAt),
        alert.resolvedAt === null ? 'now' : time(alert.resolvedAt),
        alert.severity,
        alert.rule,
        toldOf(alert),
        alert.message,
      ]),
    );
  const rules = ALERT_RULES as Readonly<Record<string, { readonly hint: string } | undefined>>;
  for (const hint of new Set(firing.flatMap(({ rule }) => rules[rule]?.hint ?? []))) output.note(`hint: ${hint}`);
  if (evaluatedAt === null) output.note('Nobody has looked yet: a worker or the API does, while it runs.');
  else output.note(`Looked at ${time(evaluatedAt)}.`);
  if (database.config.alerts.webhook === undefined) output.note('Nobody is told: ALERT_WEBHOOK_URL is not set.');
  if (nextCursor !== null) output.note(`More: --cursor ${nextCursor}`);
}

/** What the webhook knows of it. */
function toldOf({ firingToldAt, resolvedToldAt }: Alert): string | null {
  if (resolvedToldAt !== null) return 'that it is over';
  return firingToldAt === null ? null : 'that it began';
}
