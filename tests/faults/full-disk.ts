import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(64 * 1024, 'b');
/** So that each operation can begin, and not end. */
const SPARE_BYTES = 256 * 1024;

/** Something else that takes all the room there is. */
export class FullDisk {
  readonly #ballast: string;

  constructor(folder: string) {
    this.#ballast = join(folder, 'ballast');
  }

  async fill(): Promise<void> {
    const file = openSync(this.#ballast, 'w');
    try {
      while (writeSync(file, CHUNK) === CHUNK.length);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
    truncateSync(this.#ballast, Math.max(0, statSync(this.#ballast).size - SPARE_BYTES));
  }

  free(): void {
    rmSync(this.#ballast);
  }
}
