import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { databaseInfo } from '@keelson/db-core';
import type { Context } from '../context.ts';
import { useDatabase } from '../database.ts';
import { bytes, time } from '../figures.ts';
import { document, examples } from '../help.ts';

export function addInfo(parent: CommandUnknownOpts, context: Context): void {
  parent
    .command('info')
    .description('show engine, sizes, connections and the rows of every table')
    .addHelpText('after', examples('keelson info', 'keelson info --json | jq .tables'))
    .addHelpText(
      'after',
      document(
        '{"engine","version","database","sizeBytes","walBytes","pool":{"size","inUse","idle","waiting"},\n   "migrations":{"current","applied","pending":[NAME…]},\n   "vectors":{"search":"exact-scan|sqlite-vec|pgvector","extension","version","message","hint"},\n   "tables":[{"name","rows"}…],"identity":{"id","environment","createdAt"}|null}',
      ),
    )
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const { location, engine, version, ...info } = await databaseInfo(database);
        const { output } = context;
        output.result({ engine, version, database: location, ...info }, () => {
          const { sizeBytes, walBytes, pool, migrations, identity, vectors, tables } = info;
          output.list({
            database: location,
            engine: `${engine} ${version}`,
            size: bytes(sizeBytes),
            ...(walBytes === null ? {} : { 'write-ahead log': bytes(walBytes) }),
            connections: `${pool.size}, ${pool.inUse} in use`,
            migration: `${migrations.current ?? 'none'}${migrations.pending.length === 0 ? '' : `, ${migrations.pending.length} pending`}`,
            vectors: [vectors.message, vectors.hint ?? ''].join(' ').trim(),
            identity: identity?.id,
            environment: identity?.environment,
            made: time(identity?.createdAt ?? null),
          });
          output.line();
          output.table(
            ['table', 'rows'],
            tables.map(({ name, rows }) => [name, rows]),
          );
        });
      }),
    );
}
