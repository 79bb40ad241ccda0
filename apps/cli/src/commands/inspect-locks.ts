import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { inspectLocks } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { shorten, time } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addInspectLocks(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('locks')
    .description('show who is in a transaction, which tables it has locked, and who waits for whom')
    .addHelpText('after', examples('keelson inspect locks', 'keelson inspect locks --json'))
    .addHelpText(
      'after',
      document('{"locks":[{"pid","program","state","since","tables":[NAME…],"blockedBy":[PID…],"statement"}…]}'),
    )
    .addHelpText('after', '\nSQLite locks the whole file; on Linux the processes that write and read are named.\n')
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const locks = await inspectLocks(database);
        const { output } = context;
        output.result({ locks }, () => {
          if (locks.length === 0) return output.line('Nobody is in a transaction.');
          output.table(
            ['process', 'program', 'state', 'since', 'tables', 'waits for', 'statement'],
            locks.map((lock) => [
              lock.pid,
              lock.program,
              lock.state,
              time(lock.since),
              lock.tables.join(', '),
              lock.blockedBy.join(', '),
              lock.statement === null ? null : shorten(lock.statement, 60),
            ]),
          );
        });
      }),
    );
}
