import {
  AliasNode,
  ColumnNode,
  type CommonTableExpressionNameNode,
  type CommonTableExpressionNode,
  FromNode,
  IdentifierNode,
  type JoinNode,
  OnNode,
  type OperationNode,
  type ReferenceNode,
  type SelectModifierNode,
  SelectionNode,
  type SelectQueryNode,
  type SetOperationNode,
  TableNode,
  WhereNode,
  type WithNode,
} from 'kysely';
import { allowJoin, deny } from './allowed.ts';
import { rewriteExpression } from './expressions.ts';
import { type Guard, tableName } from './guard.ts';
import { allOf, columnOf, makeNode, optional, ownedBy } from './nodes.ts';
import { Scope, type Source } from './scope.ts';
import type { TableInfo } from './tables.ts';

const DISTINCT = new Set(['Distinct']);
const ROW_LOCKS = new Set(['ForUpdate', 'ForNoKeyUpdate', 'ForShare', 'ForKeyShare', 'SkipLocked', 'NoWait']);

export function rewriteSelect(guard: Guard, node: SelectQueryNode, parent: Scope): SelectQueryNode {
  for (const part of ['explain', 'fetch', 'top', 'distinctOn'] as const) {
    if (node[part] !== undefined) deny(`${part} does not exist on both engines`);
  }
  const outer = new Scope(parent);
  const withNode = rewriteWith(guard, node.with, outer);
  const scope = new Scope(outer);
  const joins = node.joins ?? [];
  // ON can't narrow the side of a join whose rows are kept anyway, so those tables are narrowed before they are joined.
  const beforehand = joins.some(({ joinType }) => joinType === 'RightJoin' || joinType === 'FullJoin');
  const predicates: OperationNode[] = [];

  const froms = (node.from?.froms ?? []).map((item) => {
    const { source, node: rewritten } = rewriteSource(guard, item, outer, beforehand);
    scope.addSource(source);
    if (!beforehand && guard.narrows(source.table)) predicates.push(ownedBy(source.alias));
    return rewritten;
  });
  const sources = joins.map((join) => {
    allowJoin(join.joinType);
    const rewritten = rewriteSource(guard, join.table, outer, beforehand);
    scope.addSource(rewritten.source);
    return rewritten;
  });
  const rewrittenJoins = joins.map((join, index) => {
    const joined = sources[index];
    if (joined === undefined) return deny('a join without a table');
    const own = !beforehand && guard.narrows(joined.source.table) ? [ownedBy(joined.source.alias)] : [];
    return rewriteJoin(guard, join, joined.node, own, predicates, scope);
  });

  const expression = (part: OperationNode): OperationNode => rewriteExpression(guard, part, scope);
  const where = allOf(
    predicates,
    optional(node.where, ({ where: asked }) => expression(asked)),
  );
  return makeNode<SelectQueryNode>('SelectQueryNode', {
    with: withNode,
    frontModifiers: node.frontModifiers?.map((modifier) => rewriteModifier(modifier, DISTINCT)),
    selections: optional(node.selections, (selections) => rewriteSelections(guard, selections, scope)),
    from: froms.length === 0 ? undefined : FromNode.create(froms),
    joins: rewrittenJoins.length === 0 ? undefined : rewrittenJoins,
    where: optional(where, WhereNode.create),
    groupBy: optional(node.groupBy, expression),
    having: optional(node.having, expression),
    setOperations: node.setOperations?.map((operation) => rewriteSetOperation(guard, operation, outer)),
    orderBy: optional(node.orderBy, expression),
    limit: optional(node.limit, expression),
    offset: optional(node.offset, expression),
    endModifiers: node.endModifiers?.map((modifier) => rewriteModifier(modifier, ROW_LOCKS)),
  });
}

export function rewriteWith(guard: Guard, node: WithNode | undefined, scope: Scope): WithNode | undefined {
  if (node === undefined) return undefined;
  if (node.recursive === true) for (const cte of node.expressions) scope.addCte(cteName(guard, cte));
  const expressions = node.expressions.map((cte): CommonTableExpressionNode => {
    const name = cteName(guard, cte);
    if (cte.expression.kind !== 'SelectQueryNode')
      deny(`the CTE "${name}" is no select; writes inside a query do not exist on both engines`);
    const expression = guard.rewriteQuery(cte.expression, scope);
    scope.addCte(name);
    const columns = cte.name.columns?.map(({ column }) => ColumnNode.create(column.name));
    return makeNode<CommonTableExpressionNode>('CommonTableExpressionNode', {
      name: makeNode<CommonTableExpressionNameNode>('CommonTableExpressionNameNode', {
        table: TableNode.create(name),
        columns,
      }),
      materialized: cte.materialized,
      expression,
    });
  });
  return makeNode<WithNode>('WithNode', { expressions, recursive: node.recursive });
}

function cteName(guard: Guard, cte: CommonTableExpressionNode): string {
  const name = tableName(cte.name.table);
  if (guard.isTable(name)) deny(`the CTE "${name}" has the name of a table`);
  return name;
}

interface RewrittenSource {
  readonly source: Source;
  readonly node: OperationNode;
}

/** `narrowed`: a table is replaced by the current user's part of it. */
export function rewriteSource(guard: Guard, node: OperationNode, outer: Scope, narrowed = false): RewrittenSource {
  const aliased = node.kind === 'AliasNode' ? (node as AliasNode) : undefined;
  const inner = aliased?.node ?? node;
  const alias = aliased === undefined ? undefined : aliasName(aliased);
  if (inner.kind === 'SelectQueryNode' && alias !== undefined) {
    return {
      source: { alias, table: undefined },
      node: AliasNode.create(guard.rewriteQuery(inner, outer), IdentifierNode.create(alias)),
    };
  }
  if (inner.kind !== 'TableNode') return deny(`a ${inner.kind} can't be selected from`);
  const name = tableName(inner as TableNode);
  const table = outer.isCte(name) ? undefined : guard.table(inner as TableNode);
  const source = { alias: alias ?? name, table };
  if (narrowed && guard.narrows(table))
    return { source, node: AliasNode.create(ownPart(table), IdentifierNode.create(source.alias)) };
  const copy = TableNode.create(name);
  return { source, node: alias === undefined ? copy : AliasNode.create(copy, IdentifierNode.create(alias)) };
}

function aliasName({ alias }: AliasNode): string {
  if (alias.kind !== 'IdentifierNode') deny('an alias must be a plain name');
  return (alias as IdentifierNode).name;
}

function ownPart(table: TableInfo): SelectQueryNode {
  return {
    kind: 'SelectQueryNode',
    from: FromNode.create([TableNode.create(table.name)]),
    selections: [...table.columns.keys()].map((column) => SelectionNode.create(columnOf(table.name, column))),
    where: WhereNode.create(ownedBy(table.name)),
  };
}

function rewriteJoin(
  guard: Guard,
  join: JoinNode,
  table: OperationNode,
  own: OperationNode[],
  where: OperationNode[],
  scope: Scope,
): JoinNode {
  const asked = join.on === undefined ? undefined : rewriteExpression(guard, join.on.on, scope);
  if (join.joinType === 'CrossJoin') {
    if (asked !== undefined) deny('a cross join has no condition');
    where.push(...own);
    return { kind: 'JoinNode', joinType: join.joinType, table };
  }
  if (asked === undefined) deny('a join needs a condition');
  return { kind: 'JoinNode', joinType: join.joinType, table, on: OnNode.create(allOf(own, asked) ?? asked) };
}

/** No `select *` reaches a database: after another process rebuilds a table, its columns may stand in another order. */
export function rewriteSelections(guard: Guard, selections: readonly SelectionNode[], scope: Scope): SelectionNode[] {
  return selections.flatMap(({ selection }) => {
    if (selection.kind === 'SelectAllNode') return scope.sources.flatMap(everyColumn);
    if (selection.kind === 'ReferenceNode' && selection.column.kind === 'SelectAllNode') {
      const { table } = selection;
      const alias = table === undefined ? undefined : tableName(table);
      const source = scope.sources.find((each) => each.alias === alias);
      return source === undefined ? deny(`"${String(alias)}" is not selected from`) : everyColumn(source);
    }
    return [SelectionNode.create(rewriteExpression(guard, selection, scope) as ReferenceNode)];
  });
}

function everyColumn({ alias, table }: Source): SelectionNode[] {
  if (table === undefined)
    return deny(`the columns of "${alias}" aren't known here; name them instead of selecting all`);
  return [...table.columns.keys()].map((column) => SelectionNode.create(columnOf(alias, column)));
}

function rewriteModifier(
  { modifier, rawModifier, of }: SelectModifierNode,
  allowed: ReadonlySet<string>,
): SelectModifierNode {
  if (rawModifier !== undefined || modifier === undefined || !allowed.has(modifier))
    deny('a modifier of the query has no rule');
  if (of !== undefined) deny('a row lock takes all tables of its query');
  return { kind: 'SelectModifierNode', modifier };
}

function rewriteSetOperation(
  guard: Guard,
  { operator, expression, all }: SetOperationNode,
  outer: Scope,
): SetOperationNode {
  if (expression.kind !== 'SelectQueryNode') deny('a set operation combines selects');
  if (!['union', 'intersect', 'except'].includes(operator) || (all && operator !== 'union'))
    deny(`${operator}${all ? ' all' : ''} does not exist on both engines`);
  return { kind: 'SetOperationNode', operator, expression: guard.rewriteQuery(expression, outer), all };
}
