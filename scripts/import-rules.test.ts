import { describe, expect, it } from 'vitest';
import { boundaryFaults } from './import-rules.ts';
import { readFacts } from './imports.ts';

function faults(file: string, text: string): readonly string[] {
  return boundaryFaults(file, readFacts(file, text));
}

describe('drivers', () => {
  const domain = 'packages/conversations/src/services/x.ts';

  it.each([
    `import Database from 'better-sqlite3';`,
    `import { Pool } from 'pg/lib/index.js';`,
    `import type { Pool } from 'pg';`,
    `export * from 'pg';`,
    `const sqlite = await import('node:sqlite');`,
    `const pg = require('pg');`,
    `type Sql = import('postgres').Sql; export type { Sql };`,
  ])('refuses %s in a domain package', (text) => {
    expect(faults(domain, text)).toHaveLength(1);
    expect(faults(domain, text)[0]).toMatch(/^packages\/conversations\/src\/services\/x\.ts:1 imports the driver/);
  });

  it('lets the engine and the benchmarks import them', () => {
    expect(
      faults('packages/db-core/src/engine/sqlite/connection.ts', `import Database from 'better-sqlite3';`),
    ).toEqual([]);
    expect(faults('tests/benchmarks/bare.ts', `import pg from 'pg'; import knex from 'knex';`)).toEqual([]);
  });

  it('refuses them in other rooms of db-core', () => {
    expect(faults('packages/db-core/src/database/x.ts', `import pg from 'pg';`)).toHaveLength(1);
  });

  it('reads neither comments nor strings as imports', () => {
    expect(faults(domain, `// import pg from 'pg';\nexport const text = "import pg from 'pg'";`)).toEqual([]);
  });
});

describe('rooms', () => {
  const errors = 'packages/db-core/src/errors/x.ts';

  it('refuses an import of a later room and lets one of an earlier through', () => {
    expect(faults(errors, `import { text } from '../schema/columns.ts';`)).toHaveLength(1);
    expect(faults('packages/db-core/src/schema/x.ts', `import { y } from '../errors/y.ts';`)).toEqual([]);
  });

  it('lets every room read the shared types, as types only', () => {
    expect(faults(errors, `import type { Engine } from '../engine/contract.ts';`)).toEqual([]);
    expect(faults(errors, `import { type Engine } from '../engine/contract.ts';`)).toEqual([]);
    expect(faults(errors, `import { Engine } from '../engine/contract.ts';`)).toHaveLength(1);
  });

  it('asks for the place of a new room', () => {
    expect(faults('packages/db-core/src/novel/x.ts', '')).toHaveLength(1);
  });

  it("refuses the package's own index", () => {
    expect(faults(errors, `export { a } from '../index.ts';`)).toHaveLength(1);
  });
});

describe('the system handle', () => {
  const app = 'apps/api/src/x.ts';

  it.each([
    `database.system('why');`,
    `database?.system('why');`,
    `database['system']('why');`,
    `const { system } = database;`,
    `const { system: all } = database;`,
  ])('refuses %s', (text) => {
    expect(faults(app, text)).toHaveLength(1);
  });

  it('is free for tests, and other names are free for all', () => {
    expect(faults('apps/api/tests/x.test.ts', `database.system('why');`)).toEqual([]);
    expect(faults(app, `database.systems(); const system = 1; const a = { system };`)).toEqual([]);
  });
});

describe('test libraries', () => {
  it('stay in tests', () => {
    expect(faults('apps/api/src/x.ts', `import { it } from 'vitest';`)).toHaveLength(1);
    expect(faults('apps/api/src/x.ts', `import { a } from '@keelson/db-core/testing';`)).toHaveLength(1);
    expect(faults('apps/api/tests/x.test.ts', `import { a } from '@keelson/db-core/testing';`)).toEqual([]);
  });
});
