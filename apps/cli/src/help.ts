/** What stands below a command's help: how it is used, and what `--json` gives. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}

export function document(shape: string): string {
  return `\nWith --json:\n  ${shape}\n`;
}
