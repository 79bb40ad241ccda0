import process from 'node:process';
import type { Job } from '@keelson/db-core';
import { printable } from './output.ts';

const WIDTH = 24;

/**
 * A job's progress on stderr: in a terminal one line that is written over, elsewhere a line for each change.
 */
export class JobProgress {
  readonly #stream = process.stderr;
  #last = '';

  show({ status, progress, stage }: Pick<Job, 'status' | 'progress' | 'stage'>): void {
    const filled = Math.round((WIDTH * progress) / 100);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    const text = printable(`${bar} ${String(progress).padStart(3)} %  ${status}${stage === null ? '' : `  ${stage}`}`);
    if (text === this.#last) return;
    this.#last = text;
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`);
      return;
    }
    // A line that is longer than the terminal would stay where it wraps.
    const shown = text.slice(0, Math.max(WIDTH, this.#stream.columns - 1));
    this.#stream.write(`\r${shown}\u001B[K`);
  }

  end(): void {
    if (this.#stream.isTTY && this.#last !== '') this.#stream.write('\n');
  }
}
