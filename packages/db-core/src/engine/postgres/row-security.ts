import { escapeIdentifier } from 'pg';
import { ConfigurationError, InternalError, KeelsonError } from '../../errors/index.ts';
import type { Plan, Row, RowSecurity, RowSecurityFault, Runner } from '../contract.ts';
import { OWNER_POLICY, USER_SETTING } from '../marks.ts';
import { arrayLiteral } from './codecs.ts';
import { type Identity, PROGRAM } from './identity.ts';

/** Others may be at the same at the same time, also in other databases of the server, which has the roles of them all. */
const TRIES = 5;

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * The role has the name of the tables' owner in it. One for the whole server would let a program that may take it on
 * into other programs' databases; of one owner it reaches what the owner reaches anyway. Another permissive policy
 * would let in what ours keeps out.
 */
const STATE: Plan = {
  name: 'engine.rowSecurity',
  sql: `
    with tables as (
      select c.oid, c.relname as name, c.relowner as owner,
             c.relrowsecurity and (
               select count(*) = 1 and bool_and(p.polname = '${OWNER_POLICY}' and p.polcmd = '*' and p.polroles = '{0}'
                 and pg_get_expr(p.polqual, p.polrelid) = e.condition and pg_get_expr(p.polwithcheck, p.polrelid) = e.condition)
                 from pg_policy p where p.polrelid = c.oid and p.polpermissive) as protected
        from pg_class c, (select $$(user_id = current_setting('${USER_SETTING}'::text, true))$$ as condition) e
       where c.relnamespace = current_schema()::regnamespace and c.relname = any($1::text[])),
    place as (
      select current_schema() as schema, session_user::text as login, pg_get_userbyid(min(owner))::text as owner,
             case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end as membership
        from tables),
    chosen as (
      select *, 'keelson_tenant_' || case when octet_length(owner) > 48 then md5(owner) else owner end as role from place)
    select chosen.role, chosen.schema, chosen.login, r.oid is not null as exists,
           coalesce(r.rolsuper or r.rolbypassrls, false) as exempt,
           coalesce(pg_has_role(chosen.login, r.oid, chosen.membership), false) as reachable,
           coalesce(has_schema_privilege(r.oid, chosen.schema, 'USAGE'), false) as usable,
           (select jsonb_agg(jsonb_build_object(
                     'name', t.name, 'protected', t.protected,
                     'owned', coalesce(pg_has_role(r.oid, t.owner, 'USAGE'), false),
                     'granted', coalesce(has_table_privilege(r.oid, t.oid, 'SELECT') and has_table_privilege(r.oid, t.oid, 'INSERT')
                       and has_table_privilege(r.oid, t.oid, 'UPDATE') and has_table_privilege(r.oid, t.oid, 'DELETE'), false))
                   order by t.name collate "C") from tables t) as tables
      from chosen left join pg_roles r on r.rolname = chosen.role`,
  writes: false,
  returnsRows: true,
  decode: new Map(),
};

interface TableState {
  readonly name: string;
  readonly protected: boolean;
  readonly owned: boolean;
  readonly granted: boolean;
}

/** What there is on the server of the role that users' statements run as, its rights, and the policies. */
async function rowSecurityState(runner: Runner, tables: readonly string[], isOn: boolean): Promise<RowSecurity> {
  const { rows } = await runner.execute(STATE, [arrayLiteral(tables)]);
  const row: Row = rows[0] ?? {};
  const { role } = row;
  if (typeof role !== 'string') return { isOn, role: null, faults: [] };
  return { isOn, role, faults: [...roleFaults(row, role), ...tableFaults(row, role)] };
}

function roleFaults(row: Row, role: string): RowSecurityFault[] {
  const faults: RowSecurityFault[] = [];
  const name = escapeIdentifier(role);
  if (row['exists'] !== true) faults.push({ message: `The role ${role} is missing.`, remedy: `CREATE ROLE ${name}` });
  if (row['exempt'] === true)
    faults.push({ message: `The role ${role} is a superuser or has BYPASSRLS, so that no policy holds for it.` });
  if (row['reachable'] !== true) {
    const login = String(row['login']);
    faults.push({
      message: `${login} may not act as the role ${role}.`,
      remedy: `GRANT ${name} TO ${escapeIdentifier(login)}`,
    });
  }
  if (row['usable'] !== true) {
    const schema = String(row['schema']);
    faults.push({
      message: `The role ${role} may not use the schema ${schema}.`,
      remedy: `GRANT USAGE ON SCHEMA ${escapeIdentifier(schema)} TO ${name}`,
    });
  }
  return faults;
}

function tableFaults(row: Row, role: string): RowSecurityFault[] {
  const tables = (row['tables'] ?? []) as readonly TableState[];
  const namesOf = (chosen: readonly TableState[]): string => chosen.map(({ name }) => name).join(', ');
  const owned = tables.filter((table) => table.owned);
  const closed = tables.filter((table) => !table.granted);
  return [
    ...tables
      .filter((table) => !table.protected)
      .map(({ name }) => ({
        message: `The table ${name} needs row level security with the policy ${OWNER_POLICY}, and no other permissive one.`,
        table: name,
      })),
    ...(owned.length === 0
      ? []
      : [{ message: `The role ${role} has the rights of the owner of ${namesOf(owned)}, for whom no policy holds.` }]),
    ...(closed.length === 0
      ? []
      : [
          {
            message: `The role ${role} may not read and write ${namesOf(closed)}.`,
            remedy: `GRANT SELECT, INSERT, UPDATE, DELETE ON ${closed.map(({ name }) => escapeIdentifier(name)).join(', ')} TO ${escapeIdentifier(role)}`,
          },
        ]),
  ];
}

/** The wall of one engine: whole before the first statement of a user, or that statement isn't run. */
export class RowSecurityWall {
  readonly #isOn: boolean;
  #role: string | undefined;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  /** As whom a statement runs; undefined where nothing depends on it. */
  readonly identify = (owner: string | undefined): Identity | undefined => {
    if (!this.#isOn) return undefined;
    if (owner === undefined) return PROGRAM;
    if (this.#role === undefined) throw new InternalError("A user's statement came before the rows were secured.");
    return { role: this.#role, userId: owner };
  };

  /** Outside a transaction the program's own statements run as what they are. */
  readonly identifyAlone = (owner: string | undefined): Identity | undefined =>
    owner === undefined ? undefined : this.identify(owner);

  state(runner: Runner, tables: readonly string[]): Promise<RowSecurity> {
    return rowSecurityState(runner, tables, this.#isOn);
  }

  /** Looks, and under the lock does what is missing. */
  async secure(
    runner: Runner,
    tables: readonly string[],
    locked: (work: () => Promise<RowSecurity>) => Promise<RowSecurity>,
  ): Promise<void> {
    if (!this.#isOn) return;
    const state = await this.state(runner, tables);
    const { role } = state.faults.length === 0 ? state : await locked(() => this.#mend(runner, tables));
    this.#role = role ?? undefined;
  }

  async #mend(runner: Runner, tables: readonly string[]): Promise<RowSecurity> {
    for (let tried = 1; ; tried += 1) {
      const state = await this.state(runner, tables);
      if (state.faults.length === 0) return state;
      refuseUnmendable(state);
      try {
        for (const { remedy } of state.faults) if (remedy !== undefined) await runner.exec(remedy);
      } catch (error) {
        if (isForbidden(error)) throw forbidden(state, error);
        if (tried === TRIES) throw error;
      }
    }
  }
}

function refuseUnmendable({ faults }: RowSecurity): void {
  const grave = faults.filter(({ remedy }) => remedy === undefined);
  if (grave.length === 0) return;
  const open = grave.flatMap(({ table }) => (table === undefined ? [] : [`'${table}'`]));
  throw new ConfigurationError(`Row security can't be had: ${grave.map(({ message }) => message).join(' ')}`, {
    hint:
      open.length > 0
        ? `Say m.protectRows(${open.join(', ')}) in a migration, and remove other policies.`
        : 'Take these rights from the role: ALTER ROLE … NOSUPERUSER NOBYPASSRLS, REVOKE … FROM ….',
    details: { faults: faults.map(({ message }) => message) },
  });
}

function isForbidden(error: unknown): boolean {
  return error instanceof KeelsonError && error.details['sqlState'] === INSUFFICIENT_PRIVILEGE;
}

function forbidden({ faults }: RowSecurity, cause: unknown): ConfigurationError {
  const sql = faults.flatMap(({ remedy }) => (remedy === undefined ? [] : [`${remedy};`])).join(' ');
  return new ConfigurationError(
    `Row security needs what the user in DATABASE_URL may not do. ${faults.map(({ message }) => message).join(' ')}`,
    {
      cause,
      hint: `Have somebody who may run, in this database: ${sql}`,
      details: { faults: faults.map(({ message }) => message) },
    },
  );
}
