import type {
  DeleteQueryNode,
  InsertQueryNode,
  OperationNode,
  SelectQueryNode,
  TableNode,
  UpdateQueryNode,
} from 'kysely';
import { deny } from './allowed.ts';
import { type Output, Scope } from './scope.ts';
import { rewriteSelect } from './select.ts';
import type { TableInfo, Tables } from './tables.ts';
import { rewriteDelete, rewriteInsert, rewriteUpdate } from './writes.ts';

export type QueryNode = SelectQueryNode | InsertQueryNode | UpdateQueryNode | DeleteQueryNode;

/** How one engine says that a value is in a list that is bound as one parameter. */
export type MemberOf = (left: OperationNode, list: OperationNode, negated: boolean) => OperationNode;

export interface GuardOptions {
  readonly tables: Tables;
  /** `tenant`: every table is narrowed to the current user. `system`: nothing is narrowed; all else is checked the same. */
  readonly access: 'tenant' | 'system';
  readonly memberOf: MemberOf;
}

/**
 * Rewrites a query's tree so that it can only reach the current user's rows, and refuses what it can't prove.
 *
 * The result is a new tree that holds nothing but what a rule let through: unknown kinds of node, tables, functions,
 * operators and raw SQL are refused by default, so a new feature of the builder is closed until a rule opens it.
 */
export class Guard {
  readonly access: 'tenant' | 'system';
  readonly memberOf: MemberOf;
  readonly #tables: Tables;
  readonly #outputs = new WeakMap<QueryNode, readonly Output[]>();
  readonly #subqueries = new WeakMap<Scope, WeakMap<SelectQueryNode, QueryNode>>();

  constructor({ tables, access, memberOf }: GuardOptions) {
    this.#tables = tables;
    this.access = access;
    this.memberOf = memberOf;
  }

  rewrite(root: OperationNode): QueryNode {
    return this.rewriteQuery(root, new Scope(undefined, (node, scope) => this.outputsOf(this.subquery(node, scope))));
  }

  /** A query inside an expression. It may be asked for its type first, and is rewritten only once for its place. */
  subquery(node: SelectQueryNode, scope: Scope): QueryNode {
    let known = this.#subqueries.get(scope);
    if (known === undefined) this.#subqueries.set(scope, (known = new WeakMap()));
    let rewritten = known.get(node);
    if (rewritten === undefined) known.set(node, (rewritten = this.rewriteQuery(node, scope)));
    return rewritten;
  }

  rewriteQuery(node: OperationNode, parent: Scope): QueryNode {
    switch (node.kind) {
      case 'SelectQueryNode':
        return rewriteSelect(this, node as SelectQueryNode, parent);
      case 'InsertQueryNode':
        return rewriteInsert(this, node as InsertQueryNode, parent);
      case 'UpdateQueryNode':
        return rewriteUpdate(this, node as UpdateQueryNode, parent);
      case 'DeleteQueryNode':
        return rewriteDelete(this, node as DeleteQueryNode, parent);
      default:
        return deny(`a ${node.kind} is no query that a handle runs`);
    }
  }

  /** What a query that was rewritten here gives. */
  outputsOf(rewritten: QueryNode): readonly Output[] {
    return this.#outputs.get(rewritten) ?? [];
  }

  setOutputs<Node extends QueryNode>(rewritten: Node, outputs: readonly Output[]): Node {
    this.#outputs.set(rewritten, outputs);
    return rewritten;
  }

  /** The table that a node names, if this access may reach it. */
  table(node: TableNode): TableInfo {
    const name = tableName(node);
    const table = this.#tables.get(name);
    if (table === undefined) deny(`there is no table "${name}"`);
    if (this.access === 'tenant' && table.scope !== 'tenant') {
      deny(`the table "${name}" belongs to no user; only the system handle reaches it`);
    }
    return table;
  }

  /** SQLite folds the case of names, so a CTE called `Users` would hide the table `users`. */
  isTable(name: string): boolean {
    return this.#tables.has(name) || this.#tables.has(name.toLowerCase());
  }

  /** Must rows of this table be narrowed to the current user? */
  narrows(table: TableInfo | undefined): table is TableInfo {
    return this.access === 'tenant' && table !== undefined && table.scope === 'tenant';
  }
}

export function tableName(node: TableNode): string {
  if (node.table.schema !== undefined)
    deny('a table is named with its schema; the search path decides where tables are');
  return node.table.identifier.name;
}
