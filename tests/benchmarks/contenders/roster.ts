import type { EngineName } from '../scenarios.ts';
import { barePostgres } from './bare-postgres.ts';
import { bareSqlite } from './bare-sqlite.ts';
import type { Contender } from './contender.ts';
import { drizzlePrepared } from './drizzle-prepared.ts';
import { drizzle } from './drizzle.ts';
import { facadeBare } from './facade-bare.ts';
import { conversationsFacade, type Facade } from './facade.ts';
import { keelson } from './keelson.ts';
import { knex } from './knex.ts';
import { kysely } from './kysely.ts';

interface Place {
  readonly url: string;
  readonly path: string;
}

type Roster<C> = Readonly<Record<string, (place: Place) => C | Promise<C>>>;

/** Who takes part, by the name under which reports show it. */
export const rosters: Readonly<Record<EngineName, Roster<Contender>>> = {
  sqlite: {
    keelson: ({ url }) => keelson(url),
    bare: ({ path }) => bareSqlite(path),
    kysely: ({ path }) => kysely(path),
    drizzle: ({ path }) => drizzle(path),
    'drizzle-prepared': ({ path }) => drizzlePrepared(path),
    knex: ({ path }) => knex(path),
  },
  postgres: {
    keelson: ({ url }) => keelson(url),
    bare: ({ url }) => barePostgres(url),
  },
};

export const facadeRoster: Roster<Facade> = {
  keelson: ({ url }) => conversationsFacade(url),
  bare: ({ path }) => facadeBare(path),
};
