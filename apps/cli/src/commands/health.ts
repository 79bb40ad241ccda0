import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { databaseHealth, type HealthStatus } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { document, examples } from '../help.ts';
import { wholeNumber } from '../values.ts';

const EXIT_CODES: Readonly<Record<HealthStatus, number>> = { healthy: 0, degraded: 5, unhealthy: 1 };
const STYLES = { healthy: 'green', degraded: 'yellow', unhealthy: 'red' } as const;
const DEFAULT_MS = 5000;

export function addHealth(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('health')
    .description('tell whether the database can be used, and what waits to be done')
    .option(
      '--timeout <MS>',
      `how long all of it may take, in milliseconds (default: ${DEFAULT_MS})`,
      wholeNumber(1, 600_000),
    )
    .addHelpText('after', examples('keelson health', 'keelson health --json --timeout 1000'))
    .addHelpText(
      'after',
      document(
        '{"status":"healthy|degraded|unhealthy","checks":{"connection","migrations","schema","pool","rowSecurity"?,"breaker"?,"replicas"?,"wal"?,"backups"?,"alerts"?,"vectors"?}},\n   each check with {"status","message","code"?,"hint"?} and figures of its own',
      ),
    )
    .addHelpText(
      'after',
      '\nEnds with 0 when healthy, 5 when degraded (it can be reached, but something waits), 1 when unhealthy.\n',
    )
    .action(({ timeout = DEFAULT_MS }) =>
      useDatabase(context, { create: false, connect: false }, async (database) => {
        const health = await databaseHealth(database, { timeoutMs: timeout });
        const { output } = context;
        output.result(health, () => {
          output.line(output.paint(STYLES[health.status], health.status));
          output.line();
          output.table(
            ['check', 'status', 'message'],
            Object.entries(health.checks).map(([name, { status, message }]) => [name, status, message]),
          );
          const hints = new Set(Object.values(health.checks).flatMap(({ hint }) => (hint === undefined ? [] : [hint])));
          for (const hint of hints) output.note(`hint: ${hint}`);
        });
        context.exitCode = EXIT_CODES[health.status];
      }),
    );
}
