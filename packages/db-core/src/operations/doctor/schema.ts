import { SchemaValidationError } from '../../errors/index.ts';
import type { Check } from './contract.ts';

/** Tables, columns, keys and indexes against what the migrations make. */
export const schema: Check = {
  name: 'schema',
  needs: 'schema',
  run: async ({ database }) => {
    try {
      await database.migrations.validate();
      return [];
    } catch (error) {
      if (!(error instanceof SchemaValidationError)) throw error;
      const found = error.details['differences'];
      const differences = Array.isArray(found) ? (found as readonly { table: string; message: string }[]) : [];
      return differences.map(({ table, message }) => ({
        code: 'SCHEMA_DIFFERS',
        severity: 'error' as const,
        subject: table,
        message,
        meaning: 'Somebody changed the schema beside the migrations; statements that need what is missing fail.',
        remedy: 'Undo it by hand, or restore the last backup from before.',
      }));
    }
  },
};
