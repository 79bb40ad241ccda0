import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../errors/index.ts';
import { parseMigrationName } from './sequence.ts';

export interface ScaffoldOptions {
  /** In words: "Add tags to conversations". */
  readonly description: string;
  /** Where the migrations are. */
  readonly folder: string;
  /** An application's own prefix; without it the migration is one of Keelson's. */
  readonly prefix?: string;
}

/** Files to write; nothing is written here. */
export interface Scaffold {
  readonly name: string;
  readonly path: string;
  readonly content: string;
  readonly indexPath: string;
  readonly indexContent: string;
}

const LONGEST_SLUG = 60;

/** The next migration's file, and the index that lists it with those that are there. */
export function scaffoldMigration({ description, folder, prefix = '' }: ScaffoldOptions): Scaffold {
  if (prefix !== '' && !/^[a-z][a-z0-9]*$/.test(prefix))
    throw new ConfigurationError(`"${prefix}" is no prefix: use lower-case letters and digits.`);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .filter((name) => parseMigrationName(name)?.prefix === prefix)
    .sort();
  const number = (parseMigrationName(names.at(-1) ?? '')?.number ?? 0) + 1;
  if (number > 9999)
    throw new ConfigurationError('The number of a migration has four digits, and all of them are used.');
  const name = `${prefix === '' ? '' : `${prefix}_`}${String(number).padStart(4, '0')}_${slugOf(description)}`;
  const source = prefix === '' ? '../src/schema/migration.ts' : '@keelson/db-core';
  return {
    name,
    path: join(folder, `${name}.ts`),
    content: migrationFile(name, description, source),
    indexPath: join(folder, 'index.ts'),
    indexContent: indexFile([...names, name], source),
  };
}

function slugOf(description: string): string {
  const slug = description
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, LONGEST_SLUG)
    .replaceAll(/^_+|_+$/g, '');
  if (slug === '')
    throw new ConfigurationError('The description needs letters or digits, for the file to be named by it.', {
      hint: 'For example: keelson create-migration "Add tags to conversations".',
    });
  return slug;
}

function migrationFile(name: string, description: string, source: string): string {
  const sentence = description.replaceAll(/\s+/g, ' ').replaceAll('*/', '').trim();
  return `import type { Migration } from '${source}';

/** ${/[.!?]$/.test(sentence) ? sentence : `${sentence}.`} */
export const migration: Migration = {
  name: '${name}',

  up(m) {
    m.addColumn('name_of_table', 'name_of_column', (t) => t.text({ max: 200 }).nullable());
  },

  down(m) {
    m.dropColumn('name_of_table', 'name_of_column');
  },
};
`;
}

function indexFile(names: readonly string[], source: string): string {
  const numbered = names.map((name) => ({
    name,
    alias: `m${String(parseMigrationName(name)?.number).padStart(4, '0')}`,
  }));
  const list = numbered.map(({ alias }) => alias).join(', ');
  return `// Made by \`keelson create-migration\`; the order of the names is the order in which they run.
import type { Migration } from '${source}';
${numbered.map(({ name, alias }) => `import { migration as ${alias} } from './${name}.ts';`).join('\n')}

/** ${source.startsWith('.') ? "Keelson's own migrations." : 'The migrations of this application.'} */
export const migrations: readonly Migration[] = ${list.length <= 70 ? `[${list}]` : `[\n${numbered.map(({ alias }) => `  ${alias},\n`).join('')}]`};
`;
}
