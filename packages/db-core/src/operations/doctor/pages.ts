import { type Check, type Finding, mebibytes } from './contract.ts';

const PAGES = `SELECT (SELECT page_count FROM pragma_page_count) AS pages, (SELECT freelist_count FROM pragma_freelist_count) AS free,
  (SELECT page_size FROM pragma_page_size) AS size`;
const STATISTICS = `SELECT count(*) AS known FROM sqlite_schema WHERE name = 'sqlite_stat1'`;
const FREE_SHARE = 0.25;
const FREE_BYTES = 16 * 1024 ** 2;
/** A smaller one is read fast enough with any plan. */
const LARGE_BYTES = 16 * 1024 ** 2;

/** Pages that nobody uses, and figures for the planner. */
export const pages: Check = {
  name: 'pages',
  engine: 'sqlite',
  needs: 'connection',
  run: async ({ rows }) => {
    const [row] = await rows(PAGES);
    const size = Number(row?.['size']);
    const all = Number(row?.['pages']) * size;
    const free = Number(row?.['free']) * size;
    const findings: Finding[] = [];
    if (free > FREE_BYTES && free > FREE_SHARE * all)
      findings.push({
        code: 'FREE_PAGES',
        severity: 'advice',
        message: `${mebibytes(free)} of the file's ${mebibytes(all)} are unused.`,
        meaning: 'Much was deleted. New rows use it again; backups are larger meanwhile.',
        remedy: 'Run `keelson optimize --full` at a quiet time to make the file smaller.',
      });
    const [statistics] = await rows(STATISTICS);
    if (Number(statistics?.['known']) === 0 && all > LARGE_BYTES)
      findings.push({
        code: 'STATISTICS_MISSING',
        severity: 'warning',
        message: 'The tables were never analysed.',
        meaning: 'The planner guesses, and may choose the wrong index.',
        remedy: 'Run `keelson optimize`. Where a worker runs, it does so every night.',
      });
    return findings;
  },
};
