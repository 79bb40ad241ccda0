import type { Check, Finding } from './contract.ts';

/** How the database stands to the migrations that this program brings. */
export const migrations: Check = {
  name: 'migrations',
  needs: 'connection',
  run: async ({ history }) => {
    const { fresh, pending, unfinished, drifted, newer } = await history();
    if (fresh)
      return [
        {
          code: 'DATABASE_EMPTY',
          severity: 'error',
          message: 'No migration has run: the database has no tables.',
          meaning: 'It is not the database that you think it is, or a new one.',
          remedy: 'Look whether DATABASE_URL is right; `keelson init` makes the tables.',
        },
      ];
    const findings: Finding[] = [];
    if (newer.length > 0)
      findings.push({
        code: 'MIGRATIONS_NEWER',
        severity: 'error',
        message: `This version does not know these migrations: ${newer.join(', ')}.`,
        meaning: 'A newer version of the program has been here, and this one could damage what it wrote.',
        remedy: 'Upgrade this program.',
      });
    for (const { name, problem } of drifted)
      findings.push({
        code: 'MIGRATION_DRIFT',
        severity: 'error',
        subject: name,
        message: `${name} ${problem}.`,
        meaning: 'Nobody knows which schema the database really has, so that it is not opened.',
        remedy: 'Bring back the migration as it was when it ran, and mend the rest with a new one.',
      });
    for (const { name, state } of unfinished)
      findings.push({
        code: 'MIGRATION_UNFINISHED',
        severity: 'error',
        subject: name,
        message: `${name} was interrupted while it was ${state === 'reverting' ? 'undone' : 'run'}, or is at it.`,
        meaning: 'A part of it may be done and another not.',
        remedy: `When no other process is at it, run \`keelson ${state === 'reverting' ? 'rollback' : 'migrate'}\`.`,
      });
    const waiting = pending.filter((name) => unfinished.every((entry) => entry.name !== name));
    if (waiting.length > 0)
      findings.push({
        code: 'MIGRATIONS_PENDING',
        severity: 'error',
        message: `These migrations have not run: ${waiting.join(', ')}.`,
        meaning: 'Programs of this version refuse to open the database.',
        remedy: 'Run `keelson migrate`; `keelson migrate --dry-run` shows what it would do.',
      });
    return findings;
  },
};
