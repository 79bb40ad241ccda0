import type { Plan, Runner, VectorExtension } from '../contract.ts';

const FIND: Plan = {
  name: 'engine.vectorExtension',
  sql: `select default_version as available, installed_version as version from pg_available_extensions where name = 'vector'`,
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

/** pgvector, where the server has it. It counts as there, too, where only CREATE EXTENSION is missing. */
export async function findVectorExtension(runner: Runner): Promise<VectorExtension> {
  const { rows } = await runner.execute(FIND, []);
  const [row] = rows;
  if (row === undefined) {
    return {
      name: 'pgvector',
      version: null,
      missing: {
        message: 'The extension pgvector is not installed on the server.',
        hint: "Install pgvector on the server; Debian's package is postgresql-NN-pgvector.",
      },
    };
  }
  return {
    name: 'pgvector',
    version: String(row['version'] ?? row['available']),
    missing: null,
  };
}
