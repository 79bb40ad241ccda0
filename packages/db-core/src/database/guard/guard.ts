import type {
  DeleteQueryNode,
  InsertQueryNode,
  OperationNode,
  SelectQueryNode,
  TableNode,
  UpdateQueryNode,
} from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { deny } from './allowed.ts';
import { Scope } from './scope.ts';
import { rewriteSelect } from './select.ts';
import type { TableInfo, Tables } from './tables.ts';
import { rewriteDelete, rewriteInsert, rewriteUpdate } from './writes.ts';

export type QueryNode = SelectQueryNode | InsertQueryNode | UpdateQueryNode | DeleteQueryNode;

/** A column of a query's result. */
export interface Output {
  /** Undefined for an expression without an alias. */
  readonly name: string | undefined;
  /** Its type, as far as it can be told. */
  readonly codec: Codec | undefined;
  /** Is it a column of a table, whose type the engine knows itself? */
  readonly isColumn: boolean;
}

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

  constructor({ tables, access, memberOf }: GuardOptions) {
    this.#tables = tables;
    this.access = access;
    this.memberOf = memberOf;
  }

  rewrite(root: OperationNode): QueryNode {
    return this.rewriteQuery(root, new Scope());
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
