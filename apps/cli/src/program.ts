import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { addAdopt } from './commands/adopt.ts';
import { addAlerts } from './commands/alerts.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addBackups } from './commands/backups.ts';
import { addChanges } from './commands/changes.ts';
import { addCompletion } from './commands/completion.ts';
import { addConversations } from './commands/conversations.ts';
import { addCreateAdmin } from './commands/create-admin.ts';
import { addCreateMigration } from './commands/create-migration.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addErase } from './commands/erase.ts';
import { addHealth } from './commands/health.ts';
import { addInfo } from './commands/info.ts';
import { addInit } from './commands/init.ts';
import { addInspect } from './commands/inspect.ts';
import { addJobs } from './commands/jobs.ts';
import { addLogs } from './commands/logs.ts';
import { addMigrate } from './commands/migrate.ts';
import { addOptimize } from './commands/optimize.ts';
import { addOrganisation } from './commands/organisation.ts';
import { addPolicy } from './commands/policy.ts';
import { addReadiness } from './commands/readiness.ts';
import { addRestore } from './commands/restore.ts';
import { addRestored } from './commands/restored.ts';
import { addRollback } from './commands/rollback.ts';
import { addSearch } from './commands/search.ts';
import { addSeed } from './commands/seed.ts';
import { addServe } from './commands/serve.ts';
import { addSettings } from './commands/settings.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addToken } from './commands/token.ts';
import { addUser } from './commands/user.ts';
import { addValidate } from './commands/validate.ts';
import { addVectors } from './commands/vectors.ts';
import { addWorker } from './commands/worker.ts';
import type { Context, GlobalOptions } from './context.ts';
import { examples } from './help.ts';
import { version } from './version.ts';

/** Adds a command, or a group of them, to its parent. */
export type AddCommand = (parent: CommandUnknownOpts, context: Context) => void;

const commands: readonly AddCommand[] = [
  addInit,
  addStatus,
  addMigrate,
  addRollback,
  addCreateMigration,
  addValidate,
  addInfo,
  addHealth,
  addAlerts,
  addBackup,
  addBackups,
  addRestore,
  addRestored,
  addDoctor,
  addInspect,
  addOptimize,
  addReadiness,
  addPolicy,
  addCreateAdmin,
  addUser,
  addToken,
  addOrganisation,
  addAudit,
  addErase,
  addConversations,
  addAdopt,
  addChanges,
  addLogs,
  addSettings,
  addJobs,
  addVectors,
  addWorker,
  addSearch,
  addServe,
  addStart,
  addDemo,
  addSeed,
  addCompletion,
];

/** The whole command line. Commands inherit its settings, so nothing below prints errors or ends the process by itself. */
export function createProgram(context: Context): Command<[], GlobalOptions> {
  const program = new Command('keelson')
    .description(
      "One database for everything a small team's AI applications remember: run it, migrate it, look after its data.",
    )
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [COMMAND]', 'show help of a command')
    .option('--json', 'put one JSON object on stdout, and everything else on stderr')
    .option('--url <URL>', 'the database, instead of DATABASE_URL')
    .option('--verbose', 'also tell of slow statements, retries and the causes of errors')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', examples('keelson init', 'keelson status --json', 'keelson conversations list --user ada'));
  for (const add of commands) add(program, context);
  return program;
}
