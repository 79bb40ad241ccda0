import type { Check, Finding } from './contract.ts';

const AGE = `select age(datfrozenxid)::float8 as age, current_setting('autovacuum_freeze_max_age')::float8 as freeze
  from pg_database where datname = current_database()`;
const TABLES = `select relname as name, n_live_tup::float8 as live, n_dead_tup::float8 as dead, n_mod_since_analyze::float8 as changed,
  coalesce(last_analyze, last_autoanalyze) is null as unknown
  from pg_stat_user_tables where schemaname = current_schema() order by n_dead_tup desc`;
/** Beyond 2,000,000,000 the server stops. */
const URGENT_AGE = 1_200_000_000;
const DEAD_ROWS = 10_000;
const DEAD_SHARE = 0.2;

/** Dead rows, old figures, and transaction numbers that run out. */
export const vacuum: Check = {
  name: 'vacuum',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ rows }) => {
    const findings: Finding[] = [];
    const [row] = await rows(AGE);
    const age = Number(row?.['age']);
    if (age > 1.5 * Number(row?.['freeze']))
      findings.push({
        code: 'WRAPAROUND_NEAR',
        severity: age > URGENT_AGE ? 'error' : 'warning',
        message: `The oldest transaction number is ${Math.round(age / 1e6)} million back; at 2,000 million the server takes no more writes.`,
        meaning: 'VACUUM does not get on: it is off, or something old keeps it from freezing rows.',
        remedy: 'Look for old transactions, prepared transactions and replication slots; then run `vacuumdb --freeze`.',
      });
    for (const table of await rows(TABLES)) {
      const name = String(table['name']);
      const live = Number(table['live']);
      const dead = Number(table['dead']);
      if (dead > DEAD_ROWS && dead > DEAD_SHARE * live)
        findings.push({
          code: 'TABLE_BLOATED',
          severity: 'warning',
          subject: name,
          message: `${name} has ${dead.toLocaleString('en')} dead rows beside ${live.toLocaleString('en')} living ones.`,
          meaning: 'It takes more room than it needs, and reads pass over the dead.',
          remedy: `VACUUM (ANALYZE) ${name}; and if they stay, something old still sees them.`,
        });
      if (table['unknown'] === true && live > DEAD_ROWS)
        findings.push({
          code: 'STATISTICS_MISSING',
          severity: 'warning',
          subject: name,
          message: `${name} has ${live.toLocaleString('en')} rows and was never analysed.`,
          meaning: 'The planner guesses, and may read the whole table where an index would do.',
          remedy: 'Run `keelson optimize`.',
        });
    }
    return findings;
  },
};
