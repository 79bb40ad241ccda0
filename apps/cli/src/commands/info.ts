import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type DatabaseInfo, databaseInfo } from '@keelson/db-core';
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
        '{"engine","version","database","sizeBytes","walBytes","pool":{"size","inUse","idle","waiting"},\n   "replicas":[{"location","state","reason","lagMs","lagBytes","reads","fallbacks","pool"}…],\n   "migrations":{"current","applied","pending":[NAME…]},"rowSecurity":{"isOn","role","faults":[TEXT…]}|null,\n   "vectors":{"search":"exact-scan|sqlite-vec|pgvector","extension","version","message","hint"},\n   "tables":[{"name","rows"}…],"identity":{"id","environment","createdAt"}|null,\n   "instances":[{"id","kind","host","pid","appVersion","schemaVersion","startedAt","lastSeenAt"}…]|null}',
      ),
    )
    .action(() =>
      useDatabase(context, { create: false }, async (database) => {
        const { location, engine, version, ...info } = await databaseInfo(database);
        const { output } = context;
        output.result({ engine, version, database: location, ...info }, () => {
          const { sizeBytes, walBytes, pool, replicas, migrations, identity, tables, instances, rowSecurity, vectors } =
            info;
          output.list({
            database: location,
            engine: `${engine} ${version}`,
            size: bytes(sizeBytes),
            ...(walBytes === null ? {} : { 'write-ahead log': bytes(walBytes) }),
            connections: `${pool.size}, ${pool.inUse} in use`,
            ...(replicas.length === 0
              ? {}
              : { replicas: replicas.map(({ location, state }) => `${location} ${state}`).join(', ') }),
            migration: `${migrations.current ?? 'none'}${migrations.pending.length === 0 ? '' : `, ${migrations.pending.length} pending`}`,
            ...(rowSecurity === null ? {} : { 'row security': wallInWords(rowSecurity) }),
            vectors: [vectors.message, vectors.hint ?? ''].join(' ').trim(),
            identity: identity?.id,
            environment: identity?.environment,
            made: time(identity?.createdAt ?? null),
          });
          if (instances !== null && instances.length > 0) {
            output.line();
            output.table(
              ['program', 'host', 'process', 'version', 'schema', 'since', 'last seen'],
              instances.map((each) => [
                each.kind,
                each.host,
                each.pid,
                each.appVersion,
                each.schemaVersion,
                time(each.startedAt),
                time(each.lastSeenAt),
              ]),
            );
          }
          output.line();
          output.table(
            ['table', 'rows'],
            tables.map(({ name, rows }) => [name, rows]),
          );
        });
      }),
    );
}

function wallInWords({ isOn, role, faults }: NonNullable<DatabaseInfo['rowSecurity']>): string {
  if (!isOn) return 'off';
  return faults.length === 0 ? `on, as ${role}` : `on, but not whole: ${faults.join(' ')}`;
}
