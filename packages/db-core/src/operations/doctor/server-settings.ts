import type { Check, Finding, Severity } from './contract.ts';

interface Wanted {
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  readonly isWell: (value: string) => boolean;
  readonly meaning: string;
  /** What it should be. */
  readonly value: string;
  /** Does it hold only after a restart? */
  readonly restart?: true;
}

const MIB = 1024 ** 2;
const isOn = (value: string): boolean => value !== 'off';
const atLeast =
  (bytes: number) =>
  (value: string): boolean =>
    Number(value) >= bytes;

const SAFETY: readonly Wanted[] = [
  {
    code: 'FSYNC_OFF',
    name: 'fsync',
    severity: 'error',
    isWell: isOn,
    value: 'on',
    meaning: 'After a crash of the machine the whole database may be damaged beyond repair.',
  },
  {
    code: 'FULL_PAGE_WRITES_OFF',
    name: 'full_page_writes',
    severity: 'error',
    isWell: isOn,
    value: 'on',
    meaning: 'A page that was half written when the machine stopped stays damaged.',
  },
  {
    code: 'SYNCHRONOUS_COMMIT_OFF',
    name: 'synchronous_commit',
    severity: 'warning',
    isWell: isOn,
    value: 'on',
    meaning: 'What was acknowledged last is lost when the server stops, though nothing is damaged.',
  },
  {
    code: 'AUTOVACUUM_OFF',
    name: 'autovacuum',
    severity: 'error',
    isWell: isOn,
    value: 'on',
    meaning:
      'Tables grow with dead rows, plans are made by old figures, and in the end the server stops for lack of transaction numbers.',
  },
  {
    code: 'IDLE_IN_TRANSACTION_UNLIMITED',
    name: 'idle_in_transaction_session_timeout',
    severity: 'advice',
    isWell: (value) => value !== '0',
    value: '60s',
    meaning:
      "Keelson ends its own transactions that wait for their program. Another program's can keep locks and dead rows for ever.",
  },
];

/** The sizes and counts that were settled on for a server of 1–2 GB; more memory bears more. */
const TUNING: readonly Wanted[] = [
  {
    code: 'SETTING_LOW',
    name: 'shared_buffers',
    severity: 'advice',
    isWell: atLeast(256 * MIB),
    value: '256MB',
    restart: true,
    meaning: 'Much that is read again and again is asked of the operating system each time.',
  },
  {
    code: 'SETTING_LOW',
    name: 'effective_cache_size',
    severity: 'advice',
    isWell: atLeast(1024 * MIB),
    value: '1GB',
    meaning: 'The planner takes indexes for more costly than they are.',
  },
  {
    code: 'SETTING_LOW',
    name: 'work_mem',
    severity: 'advice',
    isWell: atLeast(8 * MIB),
    value: '8MB',
    meaning: 'Sorts and hashes go to the disk early.',
  },
  {
    code: 'SETTING_LOW',
    name: 'maintenance_work_mem',
    severity: 'advice',
    isWell: atLeast(128 * MIB),
    value: '128MB',
    meaning: 'VACUUM and the making of indexes take longer than they need.',
  },
];

/** What of the log and its archive a restore to any moment needs. */
const RECOVERY: readonly Wanted[] = [
  {
    code: 'POINT_IN_TIME_RECOVERY_OFF',
    name: 'wal_level',
    severity: 'advice',
    isWell: (value) => value !== 'minimal',
    value: 'replica',
    restart: true,
    meaning: 'The log has too little in it to restore to a moment between two backups, or for a replica.',
  },
  {
    code: 'POINT_IN_TIME_RECOVERY_OFF',
    name: 'archive_mode',
    severity: 'advice',
    isWell: isOn,
    value: 'on',
    restart: true,
    meaning: 'The log is not kept, so that all since the last backup is lost with the server.',
  },
];

const NAMES = [...SAFETY, ...TUNING, ...RECOVERY].map(({ name }) => name);

// In bytes where it is a size.
const READ = `select name, case when unit in ('B', 'kB', '8kB', 'MB') then pg_size_bytes(current_setting(name))::text else setting end as value,
  current_setting(name) as shown from pg_settings where name in (${NAMES.map((name) => `'${name}'`).join(', ')})`;

/** The server's settings against those that are recommended. */
export const serverSettings: Check = {
  name: 'settings of the server',
  engine: 'postgres',
  needs: 'connection',
  run: async ({ rows }) => {
    const found = new Map((await rows(READ)).map((row) => [String(row['name']), row]));
    return [...SAFETY, ...TUNING, ...RECOVERY].flatMap(
      ({ code, name, severity, isWell, meaning, value, restart }): Finding[] => {
        const row = found.get(name);
        if (row === undefined || isWell(String(row['value']))) return [];
        return [
          {
            code,
            severity,
            subject: name,
            message: `${name} is ${String(row['shown'])}.`,
            meaning,
            remedy: `ALTER SYSTEM SET ${name} = '${value}'; ${restart === true ? 'and restart the server.' : 'SELECT pg_reload_conf();'}`,
          },
        ];
      },
    );
  },
};
