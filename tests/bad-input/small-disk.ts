import { spawnSync } from 'node:child_process';

const MOUNT = 'mount -t tmpfs -o "size=$SIZE,mode=$MODE" none "$FOLDER"';

/** How a process gets a disk of its own, in this folder and gone with it. */
export interface SmallDisk {
  readonly launcher: readonly string[];
  /** Is it a disk that is full, or only a limit on the size of files, which SQLite tells apart? */
  readonly isDisk: boolean;
}

export interface SmallDiskOptions {
  /** Default: 4. */
  readonly megabytes?: number;
  /** Who may enter. Default: nobody else. */
  readonly mode?: '700' | '755';
}

/**
 * A small disk: a file system in memory, which a process can mount where nobody else sees it, as root or where users
 * have namespaces. Elsewhere only a limit on the size of its files is to be had.
 */
export function smallDisk(folder: string, { megabytes = 4, mode = '700' }: SmallDiskOptions = {}): SmallDisk {
  const mount = MOUNT.replace('$SIZE', `${megabytes}m`).replace('$MODE', mode).replace('$FOLDER', folder);
  const script = `${mount} && exec "$@"`;
  for (const namespace of [
    ['unshare', '-m'],
    ['unshare', '-rm'],
  ]) {
    const launcher = [...namespace, 'sh', '-c', script, 'sh'];
    if (spawnSync(launcher[0]!, [...launcher.slice(1), 'true']).status === 0) return { launcher, isDisk: true };
  }
  return { launcher: ['sh', '-c', `ulimit -S -f ${megabytes * 1024} && exec "$@"`, 'sh'], isDisk: false };
}
