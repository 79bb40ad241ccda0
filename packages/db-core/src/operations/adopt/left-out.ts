import type { ForeignFile } from '../../engine/sqlite/foreign-file.ts';
import type { Adopter } from './adopter.ts';
import { tablesOf } from './recognise.ts';
import type { TableTally } from './tally.ts';

/** Tells of what a file has besides the rows that are brought in, so that nothing is left out without a word. */
export function countLeftOut(file: ForeignFile, adopter: Adopter, tally: (table: string) => TableTally): void {
  const known = new Map(tablesOf(file, adopter).map((table) => [table.name, table]));
  for (const { name, columns } of file.tables.values()) {
    const table = known.get(name);
    if (table === undefined) {
      tally(name).refuseAll('UNKNOWN_TABLE', `${adopter.system} has no such table`, file.count(name));
      continue;
    }
    if (table.refused !== undefined) {
      tally(name).refuseAll('NOT_TAKEN', table.refused, file.count(name));
      continue;
    }
    for (const column of columns) {
      const fate = table.columns[column];
      if (fate !== undefined && 'to' in fate) continue;
      const [code, why] =
        fate === undefined
          ? ['UNKNOWN_COLUMN', `${adopter.system} has no such column`]
          : ['COLUMN_NOT_TAKEN', fate.refused];
      tally(name).note(code, `${column}: ${why}`, { rows: file.countFilled(name, column) });
    }
  }
}
