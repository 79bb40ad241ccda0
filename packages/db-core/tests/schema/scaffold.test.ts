import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.ts';
import { renderSchemaMarkdown } from '../../src/schema/render.ts';
import { scaffoldMigration } from '../../src/schema/scaffold.ts';

const folders: string[] = [];

function folderWith(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-scaffold-'));
  folders.push(folder);
  for (const file of files) writeFileSync(join(folder, file), '');
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a new migration', () => {
  it('has the next number, a name made of its description, and a place in the index', () => {
    const folder = folderWith('0001_kernel.ts', '0002_conversations.ts', 'index.ts', 'acme_0001_x.ts', 'notes.md');
    mkdirSync(join(folder, 'old'));
    const made = scaffoldMigration({ description: '  Add "Tags" to Café-conversations!  ', folder });
    expect(made.name).toBe('0003_add_tags_to_cafe_conversations');
    expect(made.path).toBe(join(folder, '0003_add_tags_to_cafe_conversations.ts'));
    expect(made.content).toContain(`name: '0003_add_tags_to_cafe_conversations'`);
    expect(made.content).toContain('/** Add "Tags" to Café-conversations! */');
    expect(made.indexPath).toBe(join(folder, 'index.ts'));
    expect(made.indexContent).toContain(
      `import { migration as m0003 } from './0003_add_tags_to_cafe_conversations.ts';`,
    );
    expect(made.indexContent).toContain('[m0001, m0002, m0003]');
  });

  it("can be an application's own", () => {
    const made = scaffoldMigration({
      description: 'invoices',
      folder: folderWith('acme_0001_x.ts', '0007_other.ts'),
      prefix: 'acme',
    });
    expect(made.name).toBe('acme_0002_invoices');
    expect(made.content).toContain(`import type { Migration } from '@keelson/db-core';`);
    expect(made.indexContent).toContain(`import { migration as m0001 } from './acme_0001_x.ts';`);
  });

  it('begins with 0001 in an empty folder', () => {
    expect(scaffoldMigration({ description: 'first', folder: folderWith() }).name).toBe('0001_first');
  });

  it('keeps the description from ending its comment, and its name within bounds', () => {
    const made = scaffoldMigration({ description: `*/ process.exit() /* ${'long '.repeat(40)}`, folder: folderWith() });
    expect(made.content.match(/\*\//g)).toHaveLength(1);
    expect(made.name.length).toBeLessThanOrEqual(66);
  });

  it.each(['', '   ', '!!!', '日本語'])('is refused without letters or digits to name it by: "%s"', (description) => {
    expect(() => scaffoldMigration({ description, folder: folderWith() })).toThrow(ConfigurationError);
  });

  it('is refused with a prefix that is none', () => {
    expect(() => scaffoldMigration({ description: 'a', folder: folderWith(), prefix: '../a' })).toThrow(
      ConfigurationError,
    );
  });

  it("gives the index of Keelson's own migrations as it stands", () => {
    const folder = join(import.meta.dirname, '../../migrations');
    const { indexContent, name } = scaffoldMigration({ description: 'next', folder });
    const alias = `m${name.slice(0, 4)}`;
    // With one more the list may need more lines.
    const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replace('[ m', '[m').replace(', ]', ']');
    const withoutNext = onOneLine(indexContent)
      .replace(`import { migration as ${alias} } from './${name}.ts'; `, '')
      .replace(`, ${alias}]`, ']');
    expect(withoutNext).toBe(onOneLine(readFileSync(join(folder, 'index.ts'), 'utf8')));
  });
});

describe('docs/schema.md', () => {
  it('tells every table with its columns, keys and indexes', () => {
    const text = renderSchemaMarkdown();
    expect(text).toContain('## conversation_messages');
    expect(text).toContain('| `role` | text | Who speaks. One of `system` `user` `assistant` `tool`. |');
    expect(text).toContain('  conversations ||--o{ conversation_messages : conversation_id');
    expect(text).toContain(
      '| `users_email_key` | email | unique | An email belongs to one account; signing in looks it up. |',
    );
    expect(text).not.toContain('undefined');
  });
});
