import { describe, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.ts';
import { SchemaValidationError } from '../../src/errors/index.ts';
import { compareSchemas } from '../../src/schema/compare.ts';
import type { SchemaDescription, TableDescription } from '../../src/schema/description.ts';
import { schema } from '../../src/schema/generated/tables.ts';
import { validateSchema } from '../../src/schema/validate.ts';
import { describeSchema, makesTable, run } from './support.ts';

describeSchema('a database that is opened', ({ newEngine }) => {
  it('may have tables, columns and indexes of others beside ours', async () => {
    const engine = await newEngine();
    await run(engine, [...migrations, makesTable('acme_0001_own')]);
    await engine.exec(
      'ALTER TABLE users ADD COLUMN nickname text; CREATE INDEX users_by_name ON users (full_name); DROP INDEX api_tokens_by_owner',
    );
    const found = await validateSchema(engine);
    expect(found.tables.map(({ name }) => name)).toContain('table_acme_0001_own');
  });

  it('is refused when a table or a column is missing, and told what to run', async () => {
    const engine = await newEngine();
    const refusal = validateSchema(engine);
    await expect(refusal).rejects.toThrow(SchemaValidationError);
    await expect(refusal).rejects.toMatchObject({ hint: expect.stringContaining('keelson migrate') as string });
    await expect(refusal).rejects.toThrow('The table conversations is missing.');

    await run(engine, migrations);
    await validateSchema(engine);
    await engine.exec('ALTER TABLE users DROP COLUMN full_name');
    await expect(validateSchema(engine)).rejects.toMatchObject({
      message: expect.stringContaining('The column users.full_name is missing.') as string,
      details: { differences: [{ kind: 'missing-column', table: 'users', name: 'full_name' }] },
    });
  });

  it('is refused when a rule is missing', async () => {
    const engine = await newEngine();
    await run(engine, migrations);
    await engine.exec('DROP INDEX users_email_key');
    await expect(validateSchema(engine)).rejects.toThrow('The unique index users_email_key of users is missing.');
  });
});

describe('comparing schemas', () => {
  const change = (name: string, into: (table: TableDescription) => TableDescription): SchemaDescription => ({
    tables: schema.tables.map((table) => (table.name === name ? into(table) : table)),
  });
  const messages = (actual: SchemaDescription): string[] =>
    compareSchemas(schema, actual).map(({ message }) => message);

  it('finds nothing between equal ones', () => {
    expect(messages(structuredClone(schema))).toEqual([]);
  });

  it('says of each difference what is there and what should be', () => {
    expect(
      messages(
        change('users', (table) => ({
          ...table,
          columns: table.columns.map((column) =>
            column.name === 'email' ? { ...column, codec: 'json', nullable: true } : column,
          ),
        })),
      ),
    ).toEqual(['The column users.email is json, nullable instead of text.']);
    expect(messages(change('users', (table) => ({ ...table, columns: table.columns.toReversed() })))).toHaveLength(1);
    expect(messages(change('users', (table) => ({ ...table, primaryKey: ['email'] })))).toEqual([
      'The primary key of users is (email) instead of (id).',
    ]);
    expect(messages(change('api_tokens', (table) => ({ ...table, foreignKeys: [] })))).toEqual([
      'The foreign keys of api_tokens are none instead of (account_id) → users (id) on delete cascade.',
    ]);
    expect(
      messages(
        change('users', (table) => ({
          ...table,
          indexes: table.indexes.map((index) => ({ ...index, unique: false })),
        })),
      ),
    ).toEqual(['The index users_email_key of users is (email) instead of unique (email).']);
    expect(messages({ tables: [...schema.tables, { ...schema.tables[0]!, name: 'more' }] })).toEqual([
      'The table more is not expected.',
    ]);
  });
});
