import { isLoopback } from '../../config/ssl.ts';
import { readInstances } from '../../platform/instances.ts';
import type { Check, Finding } from './contract.ts';

const LIMITS = `select current_setting('max_connections')::int as most,
  current_setting('superuser_reserved_connections')::int as reserved,
  coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted`;
/** Each costs memory and time of the server whether it works or not. */
const MANY = 500;

/** As many as the programs may open, and nobody listens to them. */
export const connections: Check = {
  name: 'connections',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ database, rows }) => {
    const { pool, target } = database.config;
    const [row] = await rows(LIMITS);
    const most = Number(row?.['most']);
    const free = most - Number(row?.['reserved']);
    const programs = Math.max(1, (await readInstances(database))?.length ?? 0);
    // Each holds one more while it migrates and one to hear of commits.
    const needed = programs * (pool.size + pool.maxOverflow + 2);
    const findings: Finding[] = [];
    if (needed > free)
      findings.push({
        code: 'CONNECTIONS_SHORT',
        severity: 'warning',
        subject: 'max_connections',
        message: `${programs} programs may open ${needed} connections, and the server takes ${free}.`,
        meaning: 'When all of them are busy at once some are refused.',
        remedy: 'Lower DATABASE_POOL_SIZE and DATABASE_MAX_OVERFLOW, raise max_connections, or put a pooler between.',
      });
    if (most > MANY)
      findings.push({
        code: 'CONNECTIONS_MANY',
        severity: 'advice',
        subject: 'max_connections',
        message: `max_connections is ${most}.`,
        meaning: 'So many connections at work get in each other’s way, and work_mem is taken by each.',
        remedy: 'Set it to 100 and put a pooler such as PgBouncer between.',
      });
    if (row?.['encrypted'] !== true && target.engine === 'postgres' && !isLoopback(target.host))
      findings.push({
        code: 'CONNECTION_NOT_ENCRYPTED',
        severity: 'error',
        subject: target.location,
        message: `The connection to ${target.location} is not encrypted.`,
        meaning: 'Whoever is on the way between reads everything, and can change it.',
        remedy: 'Switch ssl on at the server and take DATABASE_SSL_MODE=disable out, or set it to verify-full.',
      });
    return findings;
  },
};
