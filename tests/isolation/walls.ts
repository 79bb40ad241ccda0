import { describeEngine, type EngineContext, type TestOpenOptions } from '@keelson/db-core/testing';

/** What keeps users apart in a run of these tests. */
export interface Wall {
  readonly options: TestOpenOptions;
  /** Without the guard nobody adds `user_id` to an insert. */
  readonly isGuarded: boolean;
}

const guard: Wall = { options: {}, isGuarded: true };
const rowSecurity: TestOpenOptions = { env: { DATABASE_ROW_SECURITY: 'true' } };

/** Runs tests of isolation behind each wall that an engine has: each must hold by itself, and both together. */
export function describeWalls(name: string, body: (context: EngineContext, wall: Wall) => void): void {
  describeEngine('sqlite', `${name}, behind the guard`, (context) => body(context, guard));
  describeEngine('postgres', `${name}, behind the guard`, (context) => body(context, guard));
  describeEngine('postgres', `${name}, behind the guard and row security`, (context) =>
    body(context, { options: rowSecurity, isGuarded: true }),
  );
  describeEngine('postgres', `${name}, behind row security alone`, (context) =>
    body(context, { options: { ...rowSecurity, guard: 'off' }, isGuarded: false }),
  );
}
