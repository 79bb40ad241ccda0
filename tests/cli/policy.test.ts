import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { temporaryFolder } from './support/folders.ts';
import { document, failure, keelson, succeed } from './support/keelson.ts';

const main = join(import.meta.dirname, '../../apps/cli/src/main.ts');

function repository(): string {
  const folder = temporaryFolder();
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  return folder;
}

it('keelson policy check says what it found, why that is refused and what to do instead', async () => {
  const cwd = repository();
  expect((await succeed(['policy', 'check'], { cwd })).stdout).toMatch(/^One database: nothing else in 0 files\.$/m);
  writeFileSync(join(cwd, 'feature.db'), '');
  const { code, stdout } = await keelson(['policy', 'check'], { cwd });
  expect(code).toBe(5);
  expect(stdout).toContain('refused: feature.db is a database file of its own.');
  expect(stdout).toContain('There is one database.');
  expect(stdout).toMatch(/What to do instead:\n {2}1\. Give your tables to the one database: keelson create-migration/);
  const report = await document(['policy', 'check', '--folder', cwd], { code: 5 });
  expect(report).toMatchObject({ violations: [{ kind: 'database-file', path: 'feature.db', line: null }] });
  const error = await failure(['policy', 'check'], { cwd: temporaryFolder(), exit: 2 });
  expect(error).toMatchObject({ code: 'CONFIGURATION', hint: expect.stringContaining('git repository') });
});

it('keelson policy check keeps a commit from being made, as a hook', () => {
  const cwd = repository();
  const hook = join(cwd, '.git/hooks/pre-commit');
  writeFileSync(
    hook,
    `#!/bin/sh\nexec "${process.execPath}" --conditions=keelson-source "${main}" policy check --staged\n`,
  );
  chmodSync(hook, 0o755);
  const commit = (): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '-m', 'more'],
      {
        cwd,
        encoding: 'utf8',
        stdio: 'pipe',
      },
    );
  writeFileSync(join(cwd, 'feature.sqlite3'), '');
  writeFileSync(join(cwd, 'notes.md'), '');
  execFileSync('git', ['add', 'feature.sqlite3'], { cwd });
  expect(commit).toThrow();
  execFileSync('git', ['rm', '--quiet', '--cached', 'feature.sqlite3'], { cwd });
  execFileSync('git', ['add', 'notes.md'], { cwd });
  commit();
  expect(execFileSync('git', ['log', '--format=%s'], { cwd, encoding: 'utf8' })).toBe('more\n');
});
