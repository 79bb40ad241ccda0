import { rowSecurityOf } from '../row-security.ts';
import type { Check } from './contract.ts';

/** Where it is asked for, it must be whole. */
export const rowSecurity: Check = {
  name: 'row security',
  engine: 'postgres',
  needs: 'schema',
  run: async ({ database }) => {
    const wall = await rowSecurityOf(database);
    if (wall === undefined || !wall.isOn) return [];
    return wall.faults.map(({ message, table, remedy }) => ({
      code: 'ROW_SECURITY_INCOMPLETE',
      severity: 'error' as const,
      ...(table === undefined ? {} : { subject: table }),
      message,
      meaning: 'The second wall between users has a hole; what Keelson does by itself still keeps them apart.',
      remedy:
        remedy === undefined
          ? 'See "Row security" in the README of @keelson/db-core.'
          : `It is put right when the database is next opened, or by running: ${remedy};`,
    }));
  },
};
