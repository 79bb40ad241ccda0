import type { Check, Finding } from './contract.ts';

const INVALID_INDEXES = `select c.relname as name, t.relname as of from pg_index i
  join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
  where n.nspname = current_schema() and not (i.indisvalid and i.indisready) order by 1`;
const UNCHECKED = `select c.conname as name, t.relname as of from pg_constraint c join pg_class t on t.oid = c.conrelid
  join pg_namespace n on n.oid = t.relnamespace where n.nspname = current_schema() and not c.convalidated order by 1`;
const CHECKSUMS = `select coalesce(checksum_failures, 0)::float8 as failures, current_setting('data_checksums') as state
  from pg_stat_database where datname = current_database()`;

/** What the server itself knows to be broken: indexes, constraints, pages. */
export const validity: Check = {
  name: 'validity',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ rows }) => {
    const findings: Finding[] = [];
    for (const { name, of } of await rows(INVALID_INDEXES))
      findings.push({
        code: 'INDEX_INVALID',
        severity: 'error',
        subject: String(name),
        message: `The index ${String(name)} of ${String(of)} is not valid.`,
        meaning:
          'Making it was interrupted: no statement uses it, a unique one does not hold, and every write pays for it.',
        remedy: `REINDEX INDEX CONCURRENTLY ${String(name)};`,
      });
    for (const { name, of } of await rows(UNCHECKED))
      findings.push({
        code: 'CONSTRAINT_UNCHECKED',
        severity: 'warning',
        subject: String(name),
        message: `The constraint ${String(name)} of ${String(of)} was never checked against the rows that were there before it.`,
        meaning: 'Some of them may break it.',
        remedy: `ALTER TABLE ${String(of)} VALIDATE CONSTRAINT ${String(name)};`,
      });
    const [checksums] = await rows(CHECKSUMS);
    const failures = Number(checksums?.['failures'] ?? 0);
    if (failures > 0)
      findings.push({
        code: 'DATABASE_CORRUPT',
        severity: 'error',
        message: `${failures} pages did not have the checksum that they should.`,
        meaning: 'The disk gave back something else than was written; data is lost or will be.',
        remedy:
          'Look at pg_stat_database and the log of the server, and restore what is damaged from a backup. Replace the disk.',
      });
    if (checksums?.['state'] === 'off')
      findings.push({
        code: 'CHECKSUMS_OFF',
        severity: 'advice',
        subject: 'data_checksums',
        message: 'Pages have no checksums.',
        meaning: 'What a disk damages is not noticed until it is used.',
        remedy: 'Stop the server and run `pg_checksums --enable` on its data folder.',
      });
    return findings;
  },
};
