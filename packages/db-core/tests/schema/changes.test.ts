import { expect, it } from 'vitest';
import { MigrationFailedError } from '../../src/errors/index.ts';
import { compareSchemas } from '../../src/schema/compare.ts';
import type { Migration, RebuildOptions } from '../../src/schema/migration.ts';
import type { ColumnTypes } from '../../src/schema/columns.ts';
import { rollback } from '../../src/schema/runner.ts';
import { change, describeSchema, describeSchemaOn, query, run } from './support.ts';

const tree: Migration = {
  name: '0001_tree',
  up(m) {
    m.createTable(
      'parents',
      (t) => ({ id: t.integer(), name: t.text({ max: 20 }).nullable(), old: t.text({ max: 9 }).nullable() }),
      {
        primaryKey: ['id'],
        indexes: { parents_by_name: { columns: ['name'] } },
      },
    );
    m.createTable('children', (t) => ({ id: t.integer(), parent_id: t.integer() }), {
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['parent_id'], references: ['parents', ['id']], onDelete: 'cascade' }],
    });
    m.execute({
      sqlite: `
        CREATE TRIGGER children_touch AFTER INSERT ON children BEGIN UPDATE parents SET name = name WHERE id = NEW.parent_id; END;
        CREATE TRIGGER parents_guard BEFORE UPDATE OF id ON parents BEGIN SELECT RAISE(ABORT, 'no'); END`,
      postgres: '',
    });
    m.execute(`
      INSERT INTO parents (id, name) VALUES (1, 'a'), (2, 'b'), (3, NULL);
      INSERT INTO children (id, parent_id) VALUES (10, 1), (11, 1), (12, 2)`);
  },
};

const columns = (t: ColumnTypes) => ({
  id: t.bigint(),
  name: t.text({ max: 30 }),
  label: t.text({ max: 5 }).default('new'),
});

const options: RebuildOptions<'id' | 'name' | 'label'> = {
  primaryKey: ['id'],
  indexes: { parents_by_name: { columns: ['name'] } },
  from: { name: `coalesce("name", 'none')` },
  added: ['label'],
  postgres: `
    UPDATE parents SET name = coalesce(name, 'none');
    ALTER TABLE parents DROP COLUMN old, ALTER COLUMN id TYPE bigint, ALTER COLUMN name SET NOT NULL,
      DROP CONSTRAINT parents_name_check, ADD CONSTRAINT parents_name_check CHECK (char_length(name) <= 30),
      ADD COLUMN label text COLLATE "C" NOT NULL DEFAULT 'new' CONSTRAINT parents_label_check CHECK (char_length(label) <= 5)`,
};

const guard = {
  sqlite: `CREATE TRIGGER parents_guard BEFORE UPDATE OF id ON parents BEGIN SELECT RAISE(ABORT, 'no'); END`,
  postgres: '',
};

const rebuilt: Migration = {
  name: '0002_rebuilt',
  up(m) {
    m.rebuildTable('parents', columns, options);
    m.execute(guard);
  },
};

describeSchema('rebuilding a table', ({ newEngine }) => {
  it('keeps every row, the children of its rows, and the triggers that name it', async () => {
    const engine = await newEngine();
    await run(engine, [tree, rebuilt]);
    expect(await query(engine, 'SELECT id, name, label FROM parents ORDER BY id')).toEqual([
      { id: 1, name: 'a', label: 'new' },
      { id: 2, name: 'b', label: 'new' },
      { id: 3, name: 'none', label: 'new' },
    ]);
    expect(await query(engine, 'SELECT id FROM children ORDER BY id')).toEqual([{ id: 10 }, { id: 11 }, { id: 12 }]);
    await expect(change(engine, 'INSERT INTO children (id, parent_id) VALUES (13, 99)')).rejects.toMatchObject({
      code: 'FOREIGN_KEY_VIOLATION',
    });
    await change(engine, 'INSERT INTO children (id, parent_id) VALUES (13, 3)');
    await change(engine, 'DELETE FROM parents WHERE id = 2');
    expect(await query(engine, 'SELECT id FROM children ORDER BY id')).toEqual([{ id: 10 }, { id: 11 }, { id: 13 }]);
  });
});

describeSchemaOn('sqlite', 'a table rebuilt', (sqlite) => {
  describeSchemaOn('postgres', 'and the same altered', (postgres) => {
    it('end as one schema', async () => {
      const [one, other] = [await sqlite.newEngine(), await postgres.newEngine()];
      for (const engine of [one, other]) await run(engine, [tree, rebuilt]);
      expect(compareSchemas(await other.inspect(), await one.inspect())).toEqual([]);
    });
  });
});

describeSchemaOn('sqlite', 'a rebuild', ({ newEngine }) => {
  it('is refused when it loses rows', async () => {
    const engine = await newEngine();
    const losing: Migration = {
      name: '0002_losing',
      up: (m) =>
        m.rebuildTable('parents', columns, {
          ...options,
          from: { name: `"name" FROM parents WHERE name IS NOT NULL --` },
        }),
    };
    await run(engine, [tree]);
    await expect(run(engine, [tree, losing])).rejects.toThrow('parents has 3 rows, its rebuilt copy 2');
    expect((await query(engine, 'SELECT id FROM parents')).length).toBe(3);
  });

  it('is refused when it forgets a trigger or an index, unless the migration drops it', async () => {
    const engine = await newEngine();
    await run(engine, [tree]);
    const forgets: Migration = {
      name: '0002_forgets',
      up: (m) => m.rebuildTable('parents', columns, { ...options, indexes: {} }),
    };
    await expect(run(engine, [tree, forgets])).rejects.toThrow(
      'rebuilding parents lost parents_by_name, parents_guard',
    );
    const drops: Migration = {
      name: '0002_drops',
      up(m) {
        m.dropTrigger('parents_guard', 'parents');
        m.dropIndex('parents_by_name');
        m.rebuildTable('parents', columns, { ...options, indexes: {} });
      },
    };
    expect((await run(engine, [tree, drops])).done.length).toBe(1);
  });

  it('is refused when a trigger elsewhere needs what is gone', async () => {
    const engine = await newEngine();
    const spy: Migration = {
      name: '0002_spy',
      up: (m) =>
        m.execute('CREATE TRIGGER children_spy AFTER DELETE ON children BEGIN UPDATE parents SET old = 1; END'),
    };
    await run(engine, [tree, spy]);
    await expect(run(engine, [tree, spy, { ...rebuilt, name: '0003_rebuilt' }])).rejects.toThrow(
      'a trigger of children no longer works: no such column: old',
    );
    expect((await query(engine, 'SELECT old FROM parents')).length).toBe(3);
  });

  it('is refused when rows are left that refer to nothing, and foreign keys are on again afterwards', async () => {
    const engine = await newEngine();
    await run(engine, [tree]);
    const orphans: Migration = { name: '0002_orphans', up: (m) => m.execute('DELETE FROM parents WHERE id < 3') };
    await expect(run(engine, [tree, orphans])).rejects.toThrow('rows that refer to nothing: 3 of children to parents');
    expect((await query(engine, 'SELECT id FROM parents')).length).toBe(3);
    await expect(change(engine, 'INSERT INTO children (id, parent_id) VALUES (13, 99)')).rejects.toMatchObject({
      code: 'FOREIGN_KEY_VIOLATION',
    });
  });

  it('needs a transaction', async () => {
    const engine = await newEngine();
    await expect(run(engine, [tree, { ...rebuilt, transaction: false }])).rejects.toThrow(
      'can only be rebuilt in a transaction',
    );
  });
});

describeSchema('other changes', ({ newEngine }) => {
  it('adds and drops columns, indexes and tables', async () => {
    const engine = await newEngine();
    const migrations: Migration[] = [
      tree,
      {
        name: '0002_more',
        up(m) {
          m.addColumn('children', 'color', (t) => t.text({ max: 10 }).default('red'));
          m.createIndex('children_by_color', 'children', { columns: ['color', 'id desc'] });
        },
        down(m) {
          m.dropIndex('children_by_color');
          m.dropColumn('children', 'color');
        },
      },
    ];
    await run(engine, [tree]);
    const before = await engine.inspect();
    await run(engine, migrations);
    expect(await query(engine, 'SELECT DISTINCT color FROM children')).toEqual([{ color: 'red' }]);
    await expect(change(engine, `UPDATE children SET color = 'much too long'`)).rejects.toMatchObject({
      code: 'CHECK_VIOLATION',
    });
    await rollback(engine, { migrations });
    expect(await engine.inspect()).toEqual(before);
  });

  it.each([true, false])('fills a column in chunks, each row once (in a transaction: %s)', async (transaction) => {
    const engine = await newEngine();
    const fill: Migration = {
      name: '0002_fill',
      transaction,
      up(m) {
        m.backfill('items', {
          set: 'filled = filled + 1',
          where: 'filled < 100',
          key: ['user_id', 'id'],
          chunkSize: 7,
        });
      },
    };
    const items: Migration = {
      name: '0001_items',
      up(m) {
        m.createTable('items', (t) => ({ user_id: t.userId(), id: t.integer(), filled: t.integer() }), {
          primaryKey: ['user_id', 'id'],
        });
        for (const user of ['ada', 'bob', 'eve'])
          for (let id = 1; id <= 20; id += 1)
            m.execute(`INSERT INTO items VALUES ('${user}', ${id}, ${id === 13 ? 500 : 0})`);
      },
    };
    await run(engine, [items, fill]);
    expect(
      await query(engine, 'SELECT filled, count(*) AS counted FROM items GROUP BY filled ORDER BY filled'),
    ).toEqual([
      { filled: 1, counted: 57 },
      { filled: 500, counted: 3 },
    ]);
  });

  it('tells the statement that failed, and the error of the catalogue that it failed with', async () => {
    const engine = await newEngine();
    const doubled: Migration = { name: '0002_doubled', up: (m) => m.execute('INSERT INTO parents (id) VALUES (1)') };
    const failure = await run(engine, [tree, doubled]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationFailedError);
    expect(failure).toMatchObject({
      code: 'MIGRATION_FAILED',
      cause: { code: 'UNIQUE_VIOLATION' },
      details: { statement: 'INSERT INTO parents (id) VALUES (1)' },
    });
  });
});
