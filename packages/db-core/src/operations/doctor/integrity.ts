import { statSync } from 'node:fs';
import type { Row } from '../../engine/contract.ts';
import { type Check, type Examination, type Finding, mebibytes } from './contract.ts';

const MOST = 20;

/** Whether the file is whole, and every reference leads somewhere. It reads all of the file. */
export const integrity: Check = {
  name: 'integrity',
  engine: 'sqlite',
  needs: 'connection',
  run: async (examination) => {
    const { path, limits, thorough, rows } = examination;
    const size = path === undefined ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    if (size > limits.integrityBytes && !thorough)
      return [
        {
          code: 'INTEGRITY_NOT_CHECKED',
          severity: 'advice',
          message: `The file was not read through, because it has ${mebibytes(size)}.`,
          meaning: 'Damage would not be noticed here.',
          remedy: 'Run `keelson doctor --thorough` at a quiet time.',
        },
      ];
    // The quick one doesn't compare indexes with their tables.
    const said = await rows(`PRAGMA ${thorough ? 'integrity_check' : 'quick_check'}(${MOST})`);
    const faults = said.map((row) => String(Object.values(row)[0])).filter((text) => text !== 'ok');
    if (faults.length > 0) return [damaged(faults)];
    return await brokenReferences(examination);
  },
};

function damaged(faults: readonly string[]): Finding {
  return {
    code: 'DATABASE_CORRUPT',
    severity: 'error',
    message: `The file is damaged: ${faults.slice(0, 5).join('; ').replaceAll('\n', ' ')}${faults.length > 5 ? ` and ${faults.length - 5} more` : ''}.`,
    meaning: 'Data is lost or will be, and answers may be wrong.',
    remedy:
      'Stop writing, keep a copy of the file with its -wal, and restore the last backup that can be verified. Look at the disk and the memory of this machine.',
  };
}

async function brokenReferences({ rows }: Examination): Promise<Finding[]> {
  const broken = await rows(
    'SELECT "table" AS child, parent, count(*) AS count FROM pragma_foreign_key_check() GROUP BY 1, 2 ORDER BY 1, 2',
  );
  return broken.map(({ child, parent, count }: Row) => ({
    code: 'FOREIGN_KEY_BROKEN',
    severity: 'error',
    subject: String(child),
    message: `${String(count)} rows of ${String(child)} refer to rows of ${String(parent)} that are not there.`,
    meaning: 'Another program wrote or deleted with foreign keys off.',
    remedy: `Find them with \`PRAGMA foreign_key_check(${String(child)})\`, and restore what they refer to from a backup or delete them.`,
  }));
}
