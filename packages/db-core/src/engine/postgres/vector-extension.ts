import type { Plan, Runner, VectorExtension } from '../contract.ts';

const FIND: Plan = {
  name: 'engine.vectorExtension',
  sql: `select a.default_version as available, e.extversion as version, n.nspname as schema
          from pg_available_extensions a
          left join pg_extension e on e.extname = a.name
          left join pg_namespace n on n.oid = e.extnamespace
         where a.name = 'vector'`,
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
      schema: null,
      missing: {
        message: 'The extension pgvector is not installed on the server.',
        hint: "Install pgvector on the server; Debian's package is postgresql-NN-pgvector.",
      },
    };
  }
  return {
    name: 'pgvector',
    version: String(row['version'] ?? row['available']),
    schema: row['schema'] === null ? null : String(row['schema']),
    missing: null,
  };
}
