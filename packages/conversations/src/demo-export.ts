import { fileURLToPath } from 'node:url';

/** The path of a small export in ChatGPT's shape that comes with this package, for trying the import. */
export function demoExportPath(): string {
  return fileURLToPath(new URL('../fixtures/chatgpt-export.json', import.meta.url));
}
