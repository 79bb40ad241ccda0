import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from './context.ts';

/** Adds a command, or a group of them, to its parent. */
export type AddCommand = (parent: CommandUnknownOpts, context: Context) => void;

/** Every command by its name, in the order of the help. Each is loaded when it is needed, so that none pays for the others. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  init: async () => (await import('./commands/init.ts')).addInit,
  status: async () => (await import('./commands/status.ts')).addStatus,
  migrate: async () => (await import('./commands/migrate.ts')).addMigrate,
  rollback: async () => (await import('./commands/rollback.ts')).addRollback,
  'create-migration': async () => (await import('./commands/create-migration.ts')).addCreateMigration,
  validate: async () => (await import('./commands/validate.ts')).addValidate,
  info: async () => (await import('./commands/info.ts')).addInfo,
  health: async () => (await import('./commands/health.ts')).addHealth,
  alerts: async () => (await import('./commands/alerts.ts')).addAlerts,
  backup: async () => (await import('./commands/backup.ts')).addBackup,
  backups: async () => (await import('./commands/backups.ts')).addBackups,
  restore: async () => (await import('./commands/restore.ts')).addRestore,
  restored: async () => (await import('./commands/restored.ts')).addRestored,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  inspect: async () => (await import('./commands/inspect.ts')).addInspect,
  optimize: async () => (await import('./commands/optimize.ts')).addOptimize,
  readiness: async () => (await import('./commands/readiness.ts')).addReadiness,
  policy: async () => (await import('./commands/policy.ts')).addPolicy,
  'create-admin': async () => (await import('./commands/create-admin.ts')).addCreateAdmin,
  user: async () => (await import('./commands/user.ts')).addUser,
  token: async () => (await import('./commands/token.ts')).addToken,
  organisation: async () => (await import('./commands/organisation.ts')).addOrganisation,
  audit: async () => (await import('./commands/audit.ts')).addAudit,
  erase: async () => (await import('./commands/erase.ts')).addErase,
  retention: async () => (await import('./commands/retention.ts')).addRetention,
  conversations: async () => (await import('./commands/conversations.ts')).addConversations,
  adopt: async () => (await import('./commands/adopt.ts')).addAdopt,
  changes: async () => (await import('./commands/changes.ts')).addChanges,
  logs: async () => (await import('./commands/logs.ts')).addLogs,
  settings: async () => (await import('./commands/settings.ts')).addSettings,
  jobs: async () => (await import('./commands/jobs.ts')).addJobs,
  vectors: async () => (await import('./commands/vectors.ts')).addVectors,
  worker: async () => (await import('./commands/worker.ts')).addWorker,
  search: async () => (await import('./commands/search.ts')).addSearch,
  serve: async () => (await import('./commands/serve.ts')).addServe,
  start: async () => (await import('./commands/start.ts')).addStart,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  seed: async () => (await import('./commands/seed.ts')).addSeed,
  scrub: async () => (await import('./commands/scrub.ts')).addScrub,
  completion: async () => (await import('./commands/completion.ts')).addCompletion,
};

/** What may stand before a command's name and has no value of its own. */
const FLAG = /^--(json|verbose|url=.*)$/s;

/**
 * The commands that this command line needs: the one that it names, and all of them where all are shown or looked through:
 * in help, in completion, for a name that no command has.
 */
export async function commandsFor(args: readonly string[]): Promise<readonly AddCommand[]> {
  const name = nameIn(args);
  const load =
    name === undefined || name === 'completion' || !Object.hasOwn(commands, name) ? undefined : commands[name];
  return Promise.all(load === undefined ? Object.values(commands).map((each) => each()) : [load()]);
}

function nameIn(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--url') at += 1;
    else if (!FLAG.test(word)) return word;
  }
  return undefined;
}
