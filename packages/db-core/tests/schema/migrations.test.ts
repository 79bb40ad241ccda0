import { describe, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { compareSchemas } from '../../src/schema/compare.ts';
import { ENUMERATED_COLUMNS } from '../../src/schema/enumerations.ts';
import { schema } from '../../src/schema/generated/tables.ts';
import { rollback } from '../../src/schema/runner.ts';
import { sequenceOf } from '../../src/schema/sequence.ts';
import { COMMON_COLUMNS, TABLE_NOTES } from '../../src/schema/table-notes.ts';
import { scopeOf } from '../../src/schema/table-scopes.ts';
import { describeSchema, describeSchemaOn, query, run, tableNames } from './support.ts';

describe('the schema', () => {
  it('has the numbers and names that a sequence needs', () => {
    expect(sequenceOf(migrations)).toEqual(migrations);
  });

  it('keys every table by its owner unless it is listed as one without', () => {
    for (const table of schema.tables) {
      if (scopeOf(table) !== 'tenant') continue;
      expect(table.primaryKey, table.name).toEqual(['user_id', 'id']);
      for (const index of table.indexes.filter(({ unique }) => unique))
        expect(index.columns[0]?.name, index.name).toBe('user_id');
      for (const key of table.foreignKeys)
        expect([key.columns[0], key.references[0]], table.name).toEqual(['user_id', 'user_id']);
    }
  });

  it('has a note for every table, column and index, and none for what is gone', () => {
    expect(Object.keys(TABLE_NOTES).sort()).toEqual(schema.tables.map(({ name }) => name));
    for (const table of schema.tables) {
      const notes = TABLE_NOTES[table.name]!;
      const columns = table.columns.map(({ name }) => name);
      expect(
        columns.filter((name) => !(name in notes.columns) && !(name in COMMON_COLUMNS)),
        table.name,
      ).toEqual([]);
      expect(
        Object.keys(notes.columns).filter((name) => !columns.includes(name)),
        table.name,
      ).toEqual([]);
      expect(Object.keys(notes.indexes).sort(), table.name).toEqual(table.indexes.map(({ name }) => name));
    }
  });
});

describeSchemaOn('sqlite', 'the schema', (sqlite) => {
  describeSchemaOn('postgres', 'and the schema', (postgres) => {
    it('are one: tables, columns, nullability, defaults, keys and indexes', async () => {
      const [one, other] = [await sqlite.newEngine(), await postgres.newEngine()];
      for (const engine of [one, other]) await run(engine, migrations);
      const onSqlite = await one.inspect();
      const onPostgres = await other.inspect();
      expect(onSqlite.tables.length).toBeGreaterThan(5);
      expect(compareSchemas(onPostgres, onSqlite)).toEqual([]);
      expect(onSqlite).toEqual(onPostgres);
    });
  });
});

describeSchema('the migrations', ({ kind, newEngine }) => {
  it('give the schema that the generated types were made from', async () => {
    const engine = await newEngine();
    await run(engine, migrations);
    expect(compareSchemas(schema, await engine.inspect())).toEqual([]);
  });

  it('can all be undone, one by one, and run again to the same schema', async () => {
    const engine = await newEngine();
    await run(engine, migrations);
    const objects = await schemaObjects();
    for (const { name } of migrations.toReversed()) {
      const { done } = await rollback(engine, { migrations });
      expect(done.map((one) => one.name)).toEqual([name]);
    }
    expect(await tableNames(engine)).toEqual(['schema_migrations']);
    await run(engine, migrations);
    expect(await schemaObjects()).toEqual(objects);

    /** Down to the text of every trigger and function. */
    function schemaObjects(): Promise<readonly Record<string, unknown>[]> {
      const sql =
        kind === 'sqlite'
          ? 'SELECT type, name, sql FROM sqlite_schema ORDER BY type, name'
          : `SELECT 'trigger' AS type, tgname AS name, pg_get_triggerdef(oid) AS sql FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
             UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
             UNION ALL SELECT 'table', relname, reloptions::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
             ORDER BY 1, 2, 3`;
      return query(engine, sql);
    }
  });

  it('allow exactly the values that the constants name', async () => {
    const engine = await newEngine();
    await run(engine, migrations);
    const checks = await query(
      engine,
      kind === 'sqlite'
        ? `SELECT name AS "table", sql AS definition FROM sqlite_schema WHERE type = 'table'`
        : `SELECT conrelid::regclass::text AS "table", conname || ' ' || pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE contype = 'c'`,
    );
    for (const [path, { values }] of Object.entries(ENUMERATED_COLUMNS)) {
      const [table, column] = path.split('.') as [string, string];
      const name = `${table}_${column}_check`;
      const definition = checks.find(
        (check) => check['table'] === table && String(check['definition']).includes(name),
      )?.['definition'];
      const check = String(definition).split(name)[1]!.split('\n')[0]!;
      expect(
        [...check.matchAll(/'([^']*)'/g)].map(([, value]) => value),
        path,
      ).toEqual(values);
    }
  });
});
