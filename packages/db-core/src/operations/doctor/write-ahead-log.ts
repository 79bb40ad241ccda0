import { statSync } from 'node:fs';
import { type Check, mebibytes } from './contract.ts';
import { holdersOf, inWords } from './holders.ts';

/** SQLite writes its log back while nobody reads what is before it. */
export const writeAheadLog: Check = {
  name: 'write-ahead log',
  engine: 'sqlite',
  needs: 'connection',
  run: ({ path, limits }) => {
    const size = path === undefined ? 0 : (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
    if (path === undefined || size <= limits.walBytes) return [];
    const readers = holdersOf(path).filter(({ writes }) => !writes);
    return [
      {
        code: 'WAL_LARGE',
        severity: 'warning',
        subject: `${path}-wal`,
        message: `The write-ahead log has grown to ${mebibytes(size)}${readers.length === 0 ? '' : `, while ${inWords(readers)} reads`}.`,
        meaning:
          'Somebody reads for long, so that it cannot be written back: it grows on, fills the disk, and makes reads slower.',
        remedy: 'End whoever reads for so long. It is written back then, and cut at the next occasion.',
      },
    ];
  },
};
