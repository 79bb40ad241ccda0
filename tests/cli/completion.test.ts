import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { document, failure, succeed } from './support/keelson.ts';

/** Has bash complete a line, as it does when somebody presses the tabulator. */
function completed(script: string, ...words: readonly string[]): string[] {
  const list = ['keelson', ...words].map((word) => `'${word}'`).join(' ');
  const program = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length}; _keelson; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('keelson completion', () => {
  it('completes commands and options in bash', async () => {
    const { stdout: script } = await succeed(['completion', 'bash']);
    expect(completed(script, 'adop')).toEqual(['adopt']);
    expect(completed(script, 'conversations', '')).toEqual(
      expect.arrayContaining(['list', 'show', 'import', 'export', '--json']),
    );
    expect(completed(script, 'conversations', '')).not.toContain('migrate');
    expect(completed(script, 'migrate', '--d')).toEqual(['--dry-run']);
    expect(completed(script, '--json', 'user', 'set')).toEqual(['set-password']);
    expect(completed(script, 'adopt', 'file.db', '--us')).toEqual(['--user']);
    expect(completed(script, '--j')).toEqual(['--json']);
  });

  it.each(['zsh', 'fish'])('prints every command and option for %s', async (shell) => {
    const { script } = await document<{ script: string }>(['completion', shell]);
    for (const word of ['adopt', 'conversations import', 'user set-password', 'dry-run'])
      expect(script).toContain(word);
    // Only where the shell is installed can it say whether it understands it.
    const checked = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
    expect(checked.error === undefined ? [checked.status, checked.stderr] : [0, '']).toEqual([0, '']);
  });

  it('refuses a shell that it does not know', async () => {
    expect((await failure(['completion', 'tcsh'], { exit: 2 })).code).toBe('USAGE');
  });
});
