import { createQueryId, type TableNode, type ValuesNode } from 'kysely';
import type { BulkColumn, BulkInsert, Codec, Engine, Plan } from '../engine/contract.ts';
import { ValidationError } from '../errors/index.ts';
import { queryBuilder } from './builder.ts';
import { Guard, type QueryNode } from './guard/guard.ts';
import type { Output } from './guard/scope.ts';
import type { Tables } from './guard/tables.ts';
import type { Buildable, Query } from './query.ts';
import { slotRules } from './slot-rules.ts';
import { CURRENT_USER, Parameter, parametersProxy, type Slot } from './values.ts';

/** A guarded query as this engine runs it. */
export interface CompiledStatement {
  readonly plan: Plan;
  /** Does it read rows in order to change them? Also where the engine has no such locks. */
  readonly locksRows: boolean;
  /** Puts a run's values in the SQL's order, each encoded for its column. */
  readonly bind: (params: unknown, userId: string | undefined) => unknown[];
}

/** Builds, guards and compiles queries for one engine, each defined one once. */
export class StatementCompiler {
  readonly #engine: Engine;
  readonly #tables: Tables;
  readonly #guards: Readonly<Record<'tenant' | 'system', Guard>>;
  readonly #compiled = new WeakMap<object, CompiledStatement>();

  /** `narrows: false` leaves keeping users apart to the database; for tests of that. */
  constructor(engine: Engine, tables: Tables, { narrows = true }: { readonly narrows?: boolean } = {}) {
    this.#engine = engine;
    this.#tables = tables;
    const memberOf = engine.memberOf.bind(engine);
    this.#guards = {
      tenant: new Guard({ tables, access: narrows ? 'tenant' : 'system', memberOf }),
      system: new Guard({ tables, access: 'system', memberOf }),
    };
  }

  compile(query: Query<never, unknown, 'tenant' | 'system'>): CompiledStatement {
    const known = this.#compiled.get(query);
    if (known !== undefined) return known;
    const compiled = this.#compile(
      query.name,
      query.access,
      query.build(queryBuilder as never, parametersProxy<never>()),
    );
    this.#compiled.set(query, compiled);
    return compiled;
  }

  compileDynamic(access: 'tenant' | 'system', build: (builder: never) => Buildable<unknown>): CompiledStatement {
    return this.#compile('dynamic', access, build(queryBuilder as never));
  }

  #compile(name: string, access: 'tenant' | 'system', built: Buildable<unknown>): CompiledStatement {
    const guard = this.#guards[access];
    const guarded = guard.rewrite(built.toOperationNode());
    const { sql, parameters } = this.#engine.compiler.compileQuery(guarded, createQueryId());
    const writes = guarded.kind !== 'SelectQueryNode';
    const slots = parameters as readonly Slot[];
    const bulk = bulkInsert(guarded, slots, sql, this.#tables);
    const plan: Plan = {
      name,
      sql,
      writes,
      returnsRows: !writes || ('returning' in guarded && guarded.returning !== undefined),
      decode: decoders(guard.outputsOf(guarded)),
      ...(isUnseen(guarded, this.#tables) ? { isUnseen: true } : {}),
      ...(bulk === undefined ? {} : { bulk }),
    };
    const locksRows = guarded.kind === 'SelectQueryNode' && (guarded.endModifiers ?? []).length > 0;
    return { plan, locksRows, bind: this.#binder(name, slots) };
  }

  #binder(name: string, slots: readonly Slot[]): CompiledStatement['bind'] {
    const binders = slots.map((slot) => this.#slotBinder(name, slot));
    return (params, userId) => {
      const values: unknown[] = [];
      for (const bind of binders) values.push(bind(params, userId));
      return values;
    };
  }

  #slotBinder(
    query: string,
    { value, codec, list, rule }: Slot,
  ): (params: unknown, userId: string | undefined) => unknown {
    const encode = this.#engine.encoder(codec);
    if (value === CURRENT_USER) return (_, userId) => userId;
    const encodeAll = (values: unknown): unknown => {
      if (!Array.isArray(values)) throw new ValidationError(`The query ${query} compares with a list; give an array.`);
      return this.#engine.encodeList(values.map(encode));
    };
    const check = rule === undefined ? undefined : slotRules[rule];
    const encodeChecked = (given: unknown): unknown => {
      check?.(given);
      return encode(given);
    };
    const convert = list ? encodeAll : check === undefined ? encode : encodeChecked;
    if (!(value instanceof Parameter)) {
      const constant = convert(value);
      return () => constant;
    }
    const { name } = value;
    return (params) => {
      const given = (params as Readonly<Record<string, unknown>> | undefined)?.[name];
      if (given === undefined)
        throw new ValidationError(
          `The query ${query} needs the parameter "${name}"; give null where there is no value.`,
        );
      return convert(given);
    };
  }
}

/** The codecs of expressions: a column's own is known to the engine. Text and its like are the same on both. */
function decoders(outputs: readonly Output[]): ReadonlyMap<string, Codec> {
  const decode = new Map<string, Codec>();
  for (const { name, codec, isColumn } of outputs) {
    if (name !== undefined && codec !== undefined && !isColumn && !AS_IS.has(codec)) decode.set(name, codec);
  }
  return decode;
}

const AS_IS: ReadonlySet<Codec> = new Set(['text', 'uuid', 'blob']);

/** Does it only write what the system handle alone reaches? Not so a deletion, with which users' rows may go. */
function isUnseen(tree: QueryNode, tables: Tables): boolean {
  if (tree.kind === 'InsertQueryNode')
    return tree.with === undefined && tree.into !== undefined && isSystems(tree.into.table.identifier.name, tables);
  if (tree.kind !== 'UpdateQueryNode' || tree.with !== undefined || tree.table?.kind !== 'TableNode') return false;
  return isSystems((tree.table as TableNode).table.identifier.name, tables);
}

function isSystems(table: string, tables: Tables): boolean {
  const scope = tables.get(table)?.scope;
  return scope !== undefined && scope !== 'tenant';
}

/** A single row of bound values and nothing bound behind it: an engine can insert many such rows with one statement. */
function bulkInsert(tree: QueryNode, slots: readonly Slot[], sql: string, tables: Tables): BulkInsert | undefined {
  if (
    tree.kind !== 'InsertQueryNode' ||
    tree.into === undefined ||
    tree.returning !== undefined ||
    tree.with !== undefined
  )
    return undefined;
  if (tree.values?.kind !== 'ValuesNode') return undefined;
  const [row, ...more] = (tree.values as ValuesNode).values;
  if (row === undefined || more.length > 0 || row.values.length !== slots.length) return undefined;
  const table = tree.into.table.identifier.name;
  const columns: BulkColumn[] = [];
  for (const [index, { column }] of (tree.columns ?? []).entries()) {
    const codec = tables.get(table)?.columns.get(column.name)?.codec;
    if (codec === undefined) return undefined;
    columns.push({ name: column.name, codec, value: { parameter: index } });
  }
  // Every value is a placeholder, so the first parenthesis after them closes the row.
  const end = sql.indexOf(')', sql.indexOf(' values ('));
  return { table, columns, suffix: sql.slice(end + 1).trim() };
}
