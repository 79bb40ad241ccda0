import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsumerProject } from './project.ts';

const root = join(import.meta.dirname, '../..');
const project = new ConsumerProject();

/** The first TypeScript example of a README, as its reader would paste it. */
function exampleOf(readme: string): string {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, readme), 'utf8'))?.[1];
  if (example === undefined) throw new Error(`${readme} has no example.`);
  return example;
}

const examples = {
  'README.md': 'readme.ts',
  'packages/conversations/README.md': 'conversations.ts',
  'packages/db-core/README.md': 'db-core.ts',
};

beforeAll(async () => {
  await project.install();
  for (const [readme, file] of Object.entries(examples)) project.write(file, exampleOf(readme));
}, 300_000);

afterAll(() => {
  project.remove();
});

describe('the packages as they would be published', () => {
  it.each(Object.entries(examples))('do what %s shows', async (_, file) => {
    const { code, stderr } = await project.run('node', [file]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('have types that a strict project can use (module %s)', async (module, moduleResolution) => {
    const options = {
      module,
      moduleResolution,
      target: 'es2024',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    project.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: Object.values(examples) }));
    const { code, stdout } = await project.run('tsc', ['-p', '.']);
    expect(stdout).toBe('');
    expect(code).toBe(0);
  });

  it('refuse what is wrong in the types, too', async () => {
    project.write(
      'wrong.ts',
      `${exampleOf('packages/conversations/README.md')}\nawait chats.saveUserMessage({ conversationId: chat.id, content: 42 });\n`,
    );
    const { code, stdout } = await project.run('tsc', [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      '',
      'wrong.ts',
      '--ignoreConfig',
    ]);
    expect(code).not.toBe(0);
    expect(stdout).toContain(`Type 'number' is not assignable to type 'string'`);
  });

  it('give a command line', async () => {
    const { code, stdout } = await project.run('keelson', ['status', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ engine: 'sqlite', pending: [] });
  });
});
