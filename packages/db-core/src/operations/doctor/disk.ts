import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Check, mebibytes } from './contract.ts';

/** A full disk ends every write; one that is nearly full has no room for a backup or for VACUUM. */
export const disk: Check = {
  name: 'disk',
  engine: 'sqlite',
  needs: 'nothing',
  run: ({ path, limits }) => {
    const size = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.size;
    if (path === undefined || size === undefined) return [];
    const { bavail, bsize } = statfsSync(dirname(path));
    const free = bavail * bsize;
    if (free >= Math.max(limits.freeBytes, size)) return [];
    const isUrgent = free < limits.freeBytes;
    return [
      {
        code: 'DISK_SPACE',
        severity: isUrgent ? 'error' : 'warning',
        subject: dirname(path),
        message: `The disk of ${dirname(path)} has ${mebibytes(free)} left; the database has ${mebibytes(size)}.`,
        meaning: isUrgent
          ? 'Soon nothing can be written any more.'
          : 'There is no room for a copy of the database, which a backup, a migration and `keelson optimize --full` need.',
        remedy: 'Make room on that disk, or move the database to a larger one.',
      },
    ];
  },
};
