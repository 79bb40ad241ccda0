// All of it, so that every class of the kernel is in the catalogue.
import { errorCatalogue } from './index.ts';
import { markdownTable } from './markdown-table.ts';

const intro = `# Errors

Every error that Keelson throws on purpose is a \`KeelsonError\` with a \`code\`, which never changes its meaning, and a
\`hint\` that says what to do. \`details\` has particulars for programs; \`cause\` keeps the error underneath.

- **API**: answers with the status below, as \`application/problem+json\` with code, hint and request id.
- **CLI**: ends with the exit code below. 0 is success; 1 a failure; 2 wrong usage or configuration; 3 declined; 4 not
  allowed; 5 findings, drift or a degraded state; 130 interrupted.
- **Again**: whether the same work may succeed when it is simply done again. Transactions are then repeated by themselves.
`;

/** docs/errors.md: every error that the loaded packages define. Load the domain packages first to have theirs in it. */
export function renderErrorsMarkdown(): string {
  const rows = errorCatalogue().map(({ code, status, exitCode, retriable, title, hint }) => [
    `\`${code}\``,
    String(status),
    String(exitCode),
    retriable ? 'yes' : 'no',
    title,
    hint,
  ]);
  return `${intro}\n${markdownTable(['Code', 'Status', 'Exit', 'Again', 'What happened', 'What to do'], rows)}\n`;
}
