import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database } from '@keelson/db-core';
import { describeEngines, type EngineContext, migrations } from '@keelson/db-core/testing';
import { beforeAll, expect, it } from 'vitest';

/**
 * Two builds at once: while a new one migrates, programs of the one before still run. `sql/` keeps what each of the two
 * runs, as `generate` wrote it when its schema was the latest. Every statement of the older build is planned on the new
 * schema: its tables, columns and conflict targets must still be there, the triggers that it fires must fit, and what it
 * inserts must name every column that has to have a value. It isn't run, so that this says nothing of values that a new
 * constraint would refuse. A migration that can't hold this is marked `breaking`, and is then left out here.
 */
const files = globSync('sql/*.sql', { cwd: import.meta.dirname })
  .sort()
  .map((path) => ({
    schema: basename(path, '.sql'),
    queries: queriesOf(readFileSync(join(import.meta.dirname, path), 'utf8')),
  }));

interface KeptQuery {
  readonly name: string;
  readonly sqlite: string;
  readonly postgres: string;
}

function queriesOf(text: string): KeptQuery[] {
  const pattern = /^-- (?<name>\S+)\n-- sqlite\n(?<sqlite>[^]*?);\n-- postgres\n(?<postgres>[^]*?);$/gm;
  return [...text.matchAll(pattern)].map(({ groups }) => groups as unknown as KeptQuery);
}

it('there are builds to look at', () => {
  expect(files.length).toBeGreaterThanOrEqual(2);
  for (const { queries } of files) expect(queries.length).toBeGreaterThan(50);
});

describeEngines('the latest schema', (context) => {
  let database: Database;
  let required: ReadonlyMap<string, readonly string[]>;
  let names: readonly string[];
  let breaking: ReadonlySet<string>;

  beforeAll(async () => {
    database = await context.open();
    const schema = await database.migrations.validate();
    required = new Map(
      schema.tables.map(({ name, columns }) => [
        name,
        columns.filter((column) => !column.nullable && !column.hasDefault).map((column) => column.name),
      ]),
    );
    names = (await database.migrations.status()).applied.map(({ name }) => name);
    breaking = new Set(migrations.flatMap((migration) => (migration.breaking === true ? [migration.name] : [])));
  });

  it.each(files)('serves the build that was made for $schema', async ({ schema, queries }) => {
    const place = names.indexOf(schema);
    expect(place, 'a migration that was renamed: generate again').toBeGreaterThanOrEqual(0);
    if (names.slice(place + 1).some((name) => breaking.has(name))) return;
    const raw = context.raw(database.config.target.url);
    const faults: string[] = [];
    for (const query of queries) {
      try {
        await plan(context, raw, query);
      } catch (error) {
        faults.push(`${query.name}: ${String(error)}`);
      }
      const missing = missingIn(query.sqlite, required);
      if (missing.length > 0) faults.push(`${query.name} gives no value to ${missing.join(', ')}`);
    }
    await raw.close();
    expect(faults).toEqual([]);
  });
});

async function plan(
  context: EngineContext,
  raw: ReturnType<EngineContext['raw']>,
  { sqlite, postgres }: KeptQuery,
): Promise<void> {
  if (context.engine === 'postgres') {
    await raw.query(`EXPLAIN (GENERIC_PLAN) ${postgres}`);
    return;
  }
  let count = 0;
  const numbered = sqlite.replaceAll('?', () => `$${++count}`);
  await raw.query(
    `EXPLAIN ${numbered}`,
    Array.from({ length: count }, () => null),
  );
}

/** Columns of the table that must have a value and get none. */
function missingIn(sql: string, required: ReadonlyMap<string, readonly string[]>): string[] {
  const { table = '', columns = '' } = /^insert into "(?<table>\w+)" \((?<columns>[^)]*)\)/.exec(sql)?.groups ?? {};
  return (required.get(table) ?? []).filter((column) => !columns.includes(`"${column}"`));
}

it('a column without a value would be noticed', () => {
  const required = new Map([['things', ['id', 'name']]]);
  expect(missingIn('insert into "things" ("id") values (?)', required)).toEqual(['name']);
  expect(missingIn('insert into "things" ("id", "name") values (?, ?)', required)).toEqual([]);
});
