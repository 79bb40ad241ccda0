import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sqliteUrl } from '../config/database-url.ts';

/** Makes, copies and removes the SQLite files of one test run, each in a folder of its own. */
export class SqliteFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  urlOf(path: string): string {
    return sqliteUrl(path);
  }

  /** The path of a file that isn't there yet. */
  createEmpty(): string {
    const folder = join(this.#folder, `test-${randomBytes(6).toString('hex')}`);
    mkdirSync(folder, { mode: 0o700 });
    return join(folder, 'test.db');
  }

  clone(template: string): string {
    const path = this.createEmpty();
    copyFileSync(template, path, constants.COPYFILE_FICLONE);
    return path;
  }

  /** Makes a template once for all processes of the run. Two may do it at the same time; the files are alike. */
  async template(key: string, fill: (url: string) => Promise<void>): Promise<string> {
    const path = join(this.#folder, `template-${key}.db`);
    if (existsSync(path)) return path;
    const draft = this.createEmpty();
    await fill(this.urlOf(draft));
    renameSync(draft, path);
    this.drop(draft);
    return path;
  }

  /** The files of this database that this process still has open, where the system tells (Linux). */
  openFiles(path: string): readonly string[] {
    const list = '/proc/self/fd';
    if (!existsSync(list)) return [];
    return readdirSync(list)
      .map((descriptor) => targetOf(join(list, descriptor)))
      .filter((target) => target.startsWith(dirname(path)));
  }

  drop(path: string): void {
    rmSync(dirname(path), { recursive: true, force: true });
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    // Reading the list opens and closes a descriptor of its own.
    return '';
  }
}
