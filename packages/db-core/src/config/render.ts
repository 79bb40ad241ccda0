import { markdownTable } from '../errors/markdown-table.ts';
import { settingDocs } from './kinds.ts';
import { appSettings, databaseSettings, embedderSettings } from './settings.ts';

const intro = `# Configuration

Settings come from the environment, and from a \`.env\` file for what the environment doesn't set. An empty value counts as
not set. Everything is checked at start: a faulty setting, or a name that is a slip of one below, stops the program with one
message that names every fault.

Relative paths start in the working folder, or in KEELSON_HOME where that is set. In a \`postgresql://\` URL, write special
characters of user, password and database as %XX (\`@\` is \`%40\`, \`/\` is \`%2F\`); it takes the parameters \`sslmode\` and, for
the folder of a Unix socket, \`host\`.
`;

/** docs/configuration.md, from the schemas that check the settings. */
export function renderConfigurationMarkdown(): string {
  const sections = new Map<string, string[][]>();
  const shape = { ...databaseSettings.shape, ...embedderSettings.shape, ...appSettings.shape };
  for (const [name, schema] of Object.entries(shape)) {
    const docs = settingDocs.get(schema);
    if (docs === undefined) throw new Error(`The setting ${name} has no documentation.`);
    const rows = sections.get(docs.section) ?? [];
    rows.push([`\`${name}\``, docs.values, docs.initial, docs.meaning]);
    sections.set(docs.section, rows);
  }
  const tables = [...sections].map(
    ([section, rows]) => `## ${section}\n\n${markdownTable(['Name', 'Values', 'Without it', 'Meaning'], rows)}\n`,
  );
  return `${intro}\n${tables.join('\n')}`;
}
