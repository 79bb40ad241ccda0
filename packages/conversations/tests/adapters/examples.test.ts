import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/gu)].map(([, code = '']) => code);

/** In the package, so that it finds itself by its name, and the libraries. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(import.meta.dirname, 'example-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the examples of the README', () => {
  it.each([
    ['langchain', "[ 'What changed?', 'Two things.' ]"],
    ['ai-sdk', '2'],
    ['openai-agents', "[ { role: 'user', content: 'What changed?' } ]"],
    ['mirror', '0'],
  ])('do with %s what they say', async (name, expected) => {
    const code = examples.find((example) => example.includes(`'@keelson/conversations/${name}'`)) ?? '';
    const file = join(folder, `${name}.ts`);
    writeFileSync(file, code.replaceAll('sqlite:///data/', `sqlite:///${folder}/${name}-`));
    const { stdout, stderr } = await run(process.execPath, ['--conditions=keelson-source', file]);
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(expected);
    expect(code).toContain(`// ${expected}`);
  });
});
