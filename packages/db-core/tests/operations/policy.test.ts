import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkPolicy, type PolicyReport } from '../../src/index.ts';
import { openings } from '../../src/operations/policy/opens.ts';

function git(folder: string, ...args: readonly string[]): void {
  execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
}

/** A repository with these files; nothing is staged yet. */
function repository(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  git(folder, 'init', '--quiet');
  write(folder, files);
  return folder;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function found({ violations }: PolicyReport): string[] {
  return violations.map(({ path, line }) => (line === null ? path : `${path}:${line}`));
}

describe('the rule of one database', () => {
  it('refuses files of other databases, also what lies beside them, and knows the three that there may be', () => {
    const folder = repository({
      'data/keelson.db': '',
      'data/keelson.db-wal': '',
      'data/keelson_test.db': '',
      'data/quality_monitor.db': '',
      'scripts/feature.db': '',
      'a/b.sqlite': '',
      'a/b.SQLITE3-shm': '',
      'a/b.db3': '',
      'docs/about.db.md': '',
      'database.ts': '',
    });
    expect(found(checkPolicy({ folder }))).toEqual(['a/b.SQLITE3-shm', 'a/b.db3', 'a/b.sqlite', 'scripts/feature.db']);
    // From any folder of it.
    expect(checkPolicy({ folder: join(folder, 'scripts') }).violations).toHaveLength(4);
  });

  it('passes over what git ignores, and over what is gone', () => {
    const folder = repository({ '.gitignore': '*.db\n', 'cache.db': '', 'gone.ts': `import pg from 'pg';` });
    git(folder, 'add', '--all');
    rmSync(join(folder, 'gone.ts'));
    expect(found(checkPolicy({ folder }))).toEqual([]);
  });

  it('looks at what would be committed, and at nothing else', () => {
    const folder = repository({
      'staged.db': '',
      'later.db': '',
      'code.ts': `import Database from 'better-sqlite3';\n`,
    });
    git(folder, 'add', 'staged.db', 'code.ts');
    write(folder, { 'code.ts': 'export {};\n' });
    expect(found(checkPolicy({ folder, staged: true }))).toEqual(['code.ts:1', 'staged.db']);
    expect(found(checkPolicy({ folder }))).toEqual(['later.db', 'staged.db']);
  });

  it('takes exceptions from one file, for files and for folders', () => {
    const reason = 'it watches the database';
    const folder = repository({
      'keelson.policy.json': JSON.stringify({
        databases: [{ path: 'monitor/state.db', reason }],
        code: [{ path: 'monitor/', reason }],
      }),
      'monitor/state.db': '',
      'monitor/main.py': 'import sqlite3\nsqlite3.connect("state.db")\n',
      'monitors.py': 'import sqlite3\nsqlite3.connect("state.db")\n',
      'data/keelson.db': '',
    });
    expect(found(checkPolicy({ folder }))).toEqual(['data/keelson.db', 'monitors.py:2']);
  });

  it('takes the mirror for analytics where this repository declares it, and nowhere else', () => {
    const folder = repository({
      'keelson.policy.json': readFileSync(join(import.meta.dirname, '../../../../keelson.policy.json'), 'utf8'),
      'data/analytics.db': '',
      'data/analytics.db-wal': '',
      'analytics.db': '',
      'data/reports/analytics.db': '',
      'packages/conversations/src/mirror/open-target.ts': readFileSync(
        join(import.meta.dirname, '../../../conversations/src/mirror/open-target.ts'),
        'utf8',
      ),
    });
    expect(found(checkPolicy({ folder }))).toEqual(['analytics.db', 'data/reports/analytics.db']);
  });

  it('names every fault of that file', () => {
    const folder = repository({
      'keelson.policy.json': '{"databases":[{"path":"/x.db","reason":"because"}],"more":1}',
    });
    expect(() => checkPolicy({ folder })).toThrow(
      /databases\.0\.path must be a path inside.*databases\.0\.reason must say why.*more/,
    );
    write(folder, { 'keelson.policy.json': '{' });
    expect(() => checkPolicy({ folder })).toThrow(/is not JSON/);
  });

  it('needs a repository', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-policy-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    expect(() => checkPolicy({ folder })).toThrow(/not a git repository/);
  });
});

describe('code that opens a database', () => {
  const script = [
    `import Database from 'better-sqlite3';`,
    `import { Client, type Pool } from "pg";`,
    `import {\n  Pool,\n} from 'pg';`,
    `import 'node:sqlite';`,
    `export { Client } from 'pg/lib/client.js';`,
    `const sqlite = require('sqlite3').verbose();`,
    `const { PGlite } = await import('@electric-sql/pglite/worker');`,
  ];
  const harmless = [
    `import type { Client } from 'pg';`,
    `import { openDatabase } from '@keelson/db-core';`,
    `// import Database from 'better-sqlite3';`,
    `/* see require('pg') */`,
    `import pages from './pg';`,
    `import post from 'postgres-date';`,
  ];
  const python = [
    'conn = sqlite3.connect("x.db")',
    'import psycopg',
    'from psycopg2 import sql',
    'from sqlite3 import connect',
    'engine = create_engine("sqlite:///x.db")',
    'pool = await asyncpg.create_pool(url)',
  ];
  const harmlessPython = [
    '# sqlite3.connect("x.db")',
    'import sqlite3',
    'from keelson import open_database',
    'connect(x)',
  ];

  it.each(script)('%s', (text) => {
    expect(openings('a.ts', text)).toHaveLength(1);
  });
  it.each(harmless)('but not %s', (text) => {
    expect(openings('a.tsx', text)).toEqual([]);
  });
  it.each(python)('%s', (text) => {
    expect(openings('a.py', text)).toHaveLength(1);
  });
  it.each(harmlessPython)('but not %s', (text) => {
    expect(openings('a.py', text)).toEqual([]);
  });

  it('is told by its line', () => {
    expect(openings('a.ts', `// one\n/*\n two */\nimport a from 'a';\nimport pg from 'pg';\n`)).toEqual([
      { line: 5, what: 'imports pg' },
    ]);
  });
});
