import type { Engine, Runner } from '../engine/contract.ts';
import { MigrationFailedError } from '../errors/index.ts';
import { type Step, StepCollector } from './context.ts';
import type { Migration, ValidationContext } from './migration.ts';
import type { Direction } from './recording.ts';
import { backfillInChunks } from './backfill.ts';
import { assertNoOrphans, rebuild, SchemaObjects } from './rebuild.ts';
import { runStatement } from './statements.ts';

/** What a step was doing when it failed. */
class StepFailure extends Error {
  readonly sql: string;
  constructor(sql: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.sql = sql;
  }
}

/** Does what a migration says, through a transaction or, for one without, through the engine itself. Records nothing. */
export async function applySteps(
  engine: Engine,
  runner: Runner,
  migration: Migration,
  direction: Direction,
): Promise<void> {
  const objects = new SchemaObjects(engine, runner);
  let mayOrphan = false;
  const run = async (steps: readonly Step[]): Promise<void> => {
    for (const step of steps) {
      mayOrphan ||= step.mayOrphan;
      try {
        await applyStep(engine, runner, step, objects);
      } catch (error) {
        throw new StepFailure(step.sql, error);
      }
    }
  };
  const collector = new StepCollector(engine.kind, migration, async (sql, values) => {
    await run(collector.take(false));
    return (await runStatement(engine, runner, { sql, values })).rows;
  });

  await migration[direction]?.(collector);
  await run(collector.take(true));
  await objects.assertKept(collector.dropped);
  const validation: ValidationContext = {
    engine: engine.kind,
    query: (sql, values) => collector.query(sql, values),
  };
  if (direction === 'up') await migration.validateUp?.(validation);
  else await migration.validateDown?.(validation);
  // Inside the transaction SQLite's foreign keys were off.
  if (engine.kind === 'sqlite' && mayOrphan) await assertNoOrphans(engine, runner);
}

async function applyStep(engine: Engine, runner: Runner, step: Step, objects: SchemaObjects): Promise<void> {
  switch (step.kind) {
    case 'sql':
      return await runner.exec(step.sql);
    case 'rebuild':
      return await rebuild(engine, runner, step, objects);
    case 'backfill':
      return await backfillInChunks(engine, runner, step);
  }
}

/** The error that is told, with the statement at which it happened. */
export function failureOf(
  migration: Migration,
  file: string,
  direction: Direction,
  error: unknown,
): MigrationFailedError {
  const cause = error instanceof StepFailure ? error.cause : error;
  const statement = error instanceof StepFailure ? error.sql : undefined;
  const atomic = migration.transaction ?? true;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MigrationFailedError(`${file} failed${direction === 'down' ? ' to be undone' : ''}: ${reason}`, {
    cause,
    ...(atomic
      ? {}
      : {
          hint: `It runs outside a transaction, so parts of it may be done. Mend the cause, then run \`keelson ${direction === 'up' ? 'migrate' : 'rollback'}\` again: it starts from its beginning.`,
        }),
    details: { migration: migration.name, direction, ...(statement === undefined ? {} : { statement }) },
  });
}
