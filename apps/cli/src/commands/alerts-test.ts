import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { sendTestAlert } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { document, examples } from '../help.ts';

export function addAlertsTest(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('test')
    .description('send a test to the webhook, once, and tell what its receiver answered; the database is not asked')
    .addHelpText(
      'after',
      examples('keelson alerts test', 'ALERT_WEBHOOK_URL=https://hooks.example.com/x keelson alerts test'),
    )
    .addHelpText('after', document('{"id","status","durationMs","signed"}'))
    .addHelpText('after', '\nEnds with 1 when the receiver does not take it, and with 2 when there is no webhook.\n')
    .action(async () => {
      const { config, interrupt, output } = context;
      const { environment, database } = config;
      const sent = await sendTestAlert(database, { environment, signal: interrupt.signal });
      output.result(sent, () => {
        const how = sent.signed ? 'signed' : 'not signed: ALERT_WEBHOOK_SECRET is not set';
        output.line(
          `The webhook took it: it answered ${sent.status} after ${sent.durationMs} ms. The request was ${how}.`,
        );
      });
    });
}
