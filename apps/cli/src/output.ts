import { once } from 'node:events';
import process from 'node:process';
import { styleText } from 'node:util';
import Table from 'cli-table3';

type Style = Parameters<typeof styleText>[0];

/** A cell of a table; null and undefined show as a dash. */
export type Cell = string | number | null | undefined;

/**
 * Where a command says things. stdout is for its result: words and tables for people, or with `--json` exactly one JSON
 * object. All else goes to stderr.
 */
export class Output {
  readonly #json: () => boolean;

  constructor(json: () => boolean) {
    this.#json = json;
  }

  /** The command's result: the document with `--json`, what `show` writes without. Called once. */
  result(document: object, show: () => void): void {
    if (this.#json()) process.stdout.write(`${JSON.stringify(document)}\n`);
    else show();
  }

  /** A line of the result, for people. */
  line(text = ''): void {
    process.stdout.write(`${text}\n`);
  }

  /** Pieces of a result that is too large to hold; waits while its reader is slower. */
  async piece(text: string | Uint8Array): Promise<void> {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  }

  /** Something worth knowing that isn't the result. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    process.stderr.write(`${styleText('yellow', 'warning:', { stream: process.stderr })} ${text}\n`);
  }

  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const plain = {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
    };
    const inner = { left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' };
    const table = new Table({
      head: head.map((title) => this.paint('bold', title)),
      chars: { ...plain, ...inner },
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
      colAligns: head.map((_, column) =>
        rows.length > 0 && rows.every((row) => typeof row[column] === 'number') ? 'right' : 'left',
      ),
    });
    table.push(
      ...rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '-' : printable(String(cell))))),
    );
    this.line(table.toString().replaceAll(/ +$/gm, ''));
  }

  /** Names and values below each other. */
  list(entries: Readonly<Record<string, Cell>>): void {
    const width = Math.max(...Object.keys(entries).map((name) => name.length));
    for (const [name, value] of Object.entries(entries)) {
      this.line(
        `${this.paint('bold', name.padEnd(width))}  ${value === null || value === undefined ? '-' : printable(String(value))}`,
      );
    }
  }

  /** Coloured only where stdout is a terminal and NO_COLOR isn't set. */
  paint(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stdout });
  }
}

/** What others wrote may hold characters that steer a terminal. Line ends stay. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '\u{FFFD}');
}
