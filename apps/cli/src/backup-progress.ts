import process from 'node:process';
import type { BackupProgress } from '@keelson/db-core';
import { printable } from './output.ts';

/** Where a backup or a restore is, on stderr: in a terminal one line that is written over, elsewhere a line for each stage. */
export class BackupLine {
  readonly #stream = process.stderr;
  #stage = '';
  #shown = '';

  readonly show = ({ stage, table, portion }: BackupProgress): void => {
    if (!this.#stream.isTTY) {
      if (stage !== this.#stage) this.#stream.write(`${stage}…\n`);
      this.#stage = stage;
      return;
    }
    const percent = portion === undefined ? '' : ` ${Math.floor(100 * portion)} %`;
    const text = printable(`${stage}${percent}${table === undefined ? '' : `  ${table}`}`);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#stream.write(`\r${text.slice(0, this.#stream.columns - 1)}\u001B[K`);
  };

  end(): void {
    if (this.#stream.isTTY && this.#shown !== '') this.#stream.write('\r\u001B[K');
  }
}
