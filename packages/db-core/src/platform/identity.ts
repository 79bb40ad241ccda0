import { type Database, engineOf } from '../database/database.ts';
import { newId } from '../database/ids.ts';
import { InternalError, QueryError } from '../errors/index.ts';
import { runStatement } from '../schema/statements.ts';
import { find, insert } from './identity.repository.ts';

/** Which database this is. It is copied with the database, and stays the same when the file is moved. */
export interface Identity {
  readonly id: string;
  /** As it was called when the database was made: `production` makes destructive commands ask for its name. */
  readonly environment: string;
  readonly createdAt: Date;
}

/** Gives the database its identity, unless it has one; then that one is kept, whatever environment it names. */
export async function ensureIdentity(database: Database, environment: string): Promise<Identity> {
  const system = database.system('identity: which database this is');
  let row = await system.first(find);
  if (row === undefined) {
    await system.run(insert, { id: newId(), environment, now: new Date() });
    row = await system.first(find);
  }
  if (row === undefined) throw new InternalError('The identity that was just written is not there.');
  return { id: row.id, environment: row.environment, createdAt: row.created_at };
}

/** Undefined where there is none yet. It is asked also of databases that aren't ready for use, so it goes past the guard. */
export async function readIdentity(database: Database): Promise<Identity | undefined> {
  await database.connect();
  const engine = engineOf(database);
  try {
    const { rows } = await runStatement(engine, engine, {
      sql: 'SELECT id, environment, created_at FROM database_identity',
    });
    const [row] = rows;
    if (row === undefined) return undefined;
    return { id: row['id'] as string, environment: row['environment'] as string, createdAt: row['created_at'] as Date };
  } catch (error) {
    // No such table: no migration ever ran here.
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}
