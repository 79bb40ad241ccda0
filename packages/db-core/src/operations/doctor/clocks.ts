import { readInstances } from '../../platform/instances.ts';
import type { Check, Finding } from './contract.ts';

const MEANING =
  'Leases, sessions and times in the data are made by the programs: jobs are done twice, and what came first seems to come later.';
const REMEDY = 'Have that machine set its clock by a time server (chrony, systemd-timesyncd).';

/** Who was heard of in the future has a clock that is ahead, or ours is behind. */
export const clocks: Check = {
  name: 'clocks',
  needs: 'schema',
  run: async ({ database, engine, rows, limits }) => {
    const now = Date.now();
    const instances = (await readInstances(database)) ?? [];
    const findings = instances.flatMap(({ kind, host, pid, lastSeenAt }): Finding[] => {
      const aheadMs = lastSeenAt.getTime() - now;
      if (aheadMs <= limits.clockMs) return [];
      return [
        {
          code: 'CLOCK_SKEW',
          severity: 'error',
          subject: host,
          message: `The clock of ${host} (${kind}, process ${pid}) is ${seconds(aheadMs)} ahead of this machine's.`,
          meaning: MEANING,
          remedy: REMEDY,
        },
      ];
    });
    if (engine.kind === 'sqlite') return findings;
    const [row] = await rows(`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`);
    const apartMs = Number(row?.['now']) - Date.now();
    if (Math.abs(apartMs) > limits.clockMs)
      findings.push({
        code: 'CLOCK_SKEW',
        severity: 'warning',
        subject: 'server',
        message: `The clock of the server is ${seconds(Math.abs(apartMs))} ${apartMs > 0 ? 'ahead of' : 'behind'} this machine's.`,
        meaning: MEANING,
        remedy: REMEDY,
      });
    return findings;
  },
};

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
