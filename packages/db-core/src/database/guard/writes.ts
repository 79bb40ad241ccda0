import {
  type AliasNode,
  ColumnNode,
  type ColumnUpdateNode,
  type DeleteQueryNode,
  FromNode,
  type InsertQueryNode,
  type OnConflictNode,
  type OperationNode,
  type PrimitiveValueListNode,
  type ReferenceNode,
  type ReturningNode,
  SelectionNode,
  type SelectQueryNode,
  TableNode,
  type UpdateQueryNode,
  ValueListNode,
  ValuesNode,
  WhereNode,
} from 'kysely';
import type { Codec } from '../../engine/contract.ts';
import { deny } from './allowed.ts';
import { rewriteCondition, rewriteExpression, valueSlot } from './expressions.ts';
import type { Guard } from './guard.ts';
import { allOf, currentUserNode, makeNode, optional, OWNER_COLUMN, ownedBy } from './nodes.ts';
import { allowAssignment } from './portable.ts';
import { type Output, Scope } from './scope.ts';
import { rewriteSelect, rewriteSelections, rewriteSource, rewriteWith } from './select.ts';
import type { TableInfo } from './tables.ts';
import { typeOf } from './types.ts';

export function rewriteInsert(guard: Guard, node: InsertQueryNode, parent: Scope): InsertQueryNode {
  for (const part of ['explain', 'top', 'output', 'onDuplicateKey', 'orAction'] as const) {
    if (node[part] !== undefined) deny(`${part} does not exist on both engines`);
  }
  if (node.replace === true) deny('REPLACE deletes rows; use ON CONFLICT DO UPDATE');
  if (node.defaultValues === true || node.columns === undefined || node.values === undefined)
    deny('an insert names its columns and values');
  if (node.endModifiers !== undefined) deny('a modifier of the insert has no rule');
  if (node.into === undefined) return deny('an insert needs a table');
  const outer = new Scope(parent);
  const withNode = rewriteWith(guard, node.with, outer);
  const table = guard.table(node.into);
  const narrowed = guard.narrows(table);
  const names = node.columns.map(({ column }) => column.name);
  if (narrowed) refuseOwner(names);
  const columns = [...names, ...(narrowed ? [OWNER_COLUMN] : [])].map((name) => ColumnNode.create(name));
  const scope = new Scope(outer);
  scope.addSource({ alias: table.name, table });
  const returning = rewriteReturning(guard, node.returning, scope);
  const rewritten = makeNode<InsertQueryNode>('InsertQueryNode', {
    with: withNode,
    into: TableNode.create(table.name),
    columns,
    values: rewriteInsertValues(guard, node.values, names, table, outer),
    onConflict: optional(node.onConflict, (conflict) => rewriteOnConflict(guard, conflict, table, scope)),
    returning: returning.node,
  });
  return guard.setOutputs(rewritten, returning.outputs);
}

function rewriteInsertValues(
  guard: Guard,
  values: OperationNode,
  names: readonly string[],
  table: TableInfo,
  outer: Scope,
): OperationNode {
  if (values.kind === 'SelectQueryNode')
    return rewriteInsertSelect(guard, values as SelectQueryNode, { names, table, outer });
  const owner = guard.narrows(table) ? [currentUserNode()] : [];
  if (values.kind !== 'ValuesNode') return deny(`an insert takes values or a select, not a ${values.kind}`);
  return ValuesNode.create(
    (values as ValuesNode).values.map((row) => {
      const parts: readonly unknown[] = row.values;
      if (parts.length !== names.length) deny('every row of an insert has a value for every column');
      const rewritten = parts.map((part, index) => {
        const codec = table.columns.get(names[index] ?? '')?.codec;
        return isPrimitiveList(row)
          ? valueSlot(part, codec)
          : rewriteInserted(guard, part as OperationNode, outer, { column: names[index] ?? '', codec });
      });
      return ValueListNode.create([...rewritten, ...owner]);
    }),
  );
}

function isPrimitiveList(row: OperationNode): row is PrimitiveValueListNode {
  return row.kind === 'PrimitiveValueListNode';
}

interface FilledColumn {
  readonly column: string;
  readonly codec: Codec | undefined;
}

function rewriteInserted(
  guard: Guard,
  node: OperationNode,
  scope: Scope,
  { column, codec }: FilledColumn,
): OperationNode {
  if (node.kind === 'DefaultInsertValueNode')
    deny('the rows of an insert have different keys; give every row the same ones');
  allowAssignment(column, codec, typeOf(node, scope));
  return rewriteExpression(guard, node, scope, codec);
}

interface Filled {
  readonly names: readonly string[];
  readonly table: TableInfo;
  readonly outer: Scope;
}

function rewriteInsertSelect(guard: Guard, select: SelectQueryNode, { names, table, outer }: Filled): OperationNode {
  const owner = guard.narrows(table) ? [currentUserNode()] : [];
  if (owner.length > 0 && select.setOperations !== undefined)
    deny('an insert from a set operation needs it as a subquery');
  const types = names.map((name) => table.columns.get(name)?.codec);
  const rewritten = rewriteSelect(guard, select, outer, types);
  for (const [index, { codec }] of guard.outputsOf(rewritten).entries())
    allowAssignment(names[index] ?? '', types[index], codec);
  return {
    ...rewritten,
    selections: [
      ...(rewritten.selections ?? []),
      ...owner.map((value) => SelectionNode.create(value as OperationNode as ReferenceNode)),
    ],
    // Without a WHERE, SQLite reads ON CONFLICT as the ON of a join.
    where: rewritten.where ?? WhereNode.create({ kind: 'ValueNode', value: true, immediate: true } as OperationNode),
  } as SelectQueryNode;
}

/** With the owner among its columns, a conflict can only be with a row of the same owner. */
function rewriteOnConflict(guard: Guard, node: OnConflictNode, table: TableInfo, insertScope: Scope): OnConflictNode {
  if (node.constraint !== undefined || node.indexExpression !== undefined) deny('a conflict target names columns');
  const columns = (node.columns ?? []).map(({ column }) => column.name);
  if (guard.narrows(table) && !columns.includes(OWNER_COLUMN)) deny(`a conflict target must name ${OWNER_COLUMN}`);
  const scope = new Scope(insertScope);
  scope.addSource({ alias: 'excluded', table });
  const where = (part: WhereNode): WhereNode => WhereNode.create(rewriteCondition(guard, part.where, scope));
  return makeNode<OnConflictNode>('OnConflictNode', {
    columns: columns.map((name) => ColumnNode.create(name)),
    indexWhere: optional(node.indexWhere, where),
    updates: optional(node.updates, (updates) => rewriteUpdates(guard, updates, table, scope)),
    updateWhere: optional(node.updateWhere, where),
    doNothing: node.doNothing,
  });
}

export function rewriteUpdate(guard: Guard, node: UpdateQueryNode, parent: Scope): UpdateQueryNode {
  for (const part of ['explain', 'top', 'output', 'limit', 'orderBy', 'endModifiers', 'joins'] as const) {
    if (node[part] !== undefined) deny(`${part} of an update does not exist on both engines`);
  }
  if (node.table === undefined) return deny('an update needs a table');
  const outer = new Scope(parent);
  const withNode = rewriteWith(guard, node.with, outer);
  const scope = new Scope(outer);
  const target = rewriteTarget(guard, node.table, outer);
  scope.addSource(target.source);
  const sources = (node.from?.froms ?? []).map((item) => rewriteSource(guard, item, outer));
  for (const { source } of sources) scope.addSource(source);
  const predicates = [target, ...sources]
    .filter(({ source }) => guard.narrows(source.table))
    .map(({ source }) => ownedBy(source.alias));
  const where = allOf(
    predicates,
    optional(node.where, ({ where: asked }) => rewriteCondition(guard, asked, scope)),
  );
  const returning = rewriteReturning(guard, node.returning, scope);
  const rewritten = makeNode<UpdateQueryNode>('UpdateQueryNode', {
    with: withNode,
    table: target.node,
    updates: rewriteUpdates(guard, node.updates ?? [], target.source.table, scope),
    from: sources.length === 0 ? undefined : FromNode.create(sources.map((source) => source.node)),
    where: optional(where, WhereNode.create),
    returning: returning.node,
  });
  return guard.setOutputs(rewritten, returning.outputs);
}

export function rewriteDelete(guard: Guard, node: DeleteQueryNode, parent: Scope): DeleteQueryNode {
  for (const part of ['explain', 'top', 'output', 'limit', 'orderBy', 'endModifiers', 'joins', 'using'] as const) {
    if (node[part] !== undefined) deny(`${part} of a delete does not exist on both engines`);
  }
  const [item, ...more] = node.from.froms;
  if (item === undefined || more.length > 0) return deny('a delete takes one table');
  const outer = new Scope(parent);
  const withNode = rewriteWith(guard, node.with, outer);
  const scope = new Scope(outer);
  const target = rewriteTarget(guard, item, outer);
  scope.addSource(target.source);
  const predicates = guard.narrows(target.source.table) ? [ownedBy(target.source.alias)] : [];
  const where = allOf(
    predicates,
    optional(node.where, ({ where: asked }) => rewriteCondition(guard, asked, scope)),
  );
  const returning = rewriteReturning(guard, node.returning, scope);
  const rewritten = makeNode<DeleteQueryNode>('DeleteQueryNode', {
    with: withNode,
    from: FromNode.create([target.node]),
    where: optional(where, WhereNode.create),
    returning: returning.node,
  });
  return guard.setOutputs(rewritten, returning.outputs);
}

interface Target {
  readonly source: { readonly alias: string; readonly table: TableInfo };
  readonly node: OperationNode;
}

function rewriteTarget(guard: Guard, node: OperationNode, outer: Scope): Target {
  const inner = node.kind === 'AliasNode' ? (node as AliasNode).node : node;
  const { source, node: rewritten } = rewriteSource(guard, node, outer);
  if (inner.kind !== 'TableNode' || source.table === undefined) return deny('only a table can be written');
  return { source: { alias: source.alias, table: source.table }, node: rewritten };
}

function rewriteUpdates(
  guard: Guard,
  updates: readonly ColumnUpdateNode[],
  table: TableInfo,
  scope: Scope,
): ColumnUpdateNode[] {
  return updates.map(({ column, value }) => {
    const name = updatedColumn(column);
    if (guard.narrows(table)) refuseOwner([name]);
    const codec = table.columns.get(name)?.codec;
    allowAssignment(name, codec, typeOf(value, scope));
    return {
      kind: 'ColumnUpdateNode',
      column: ColumnNode.create(name),
      value: rewriteExpression(guard, value, scope, codec),
    };
  });
}

function updatedColumn(node: OperationNode): string {
  if (node.kind === 'ColumnNode') return (node as ColumnNode).column.name;
  if (node.kind === 'ReferenceNode' && (node as ReferenceNode).column.kind === 'ColumnNode') {
    return ((node as ReferenceNode).column as ColumnNode).column.name;
  }
  return deny('an update sets columns');
}

function refuseOwner(columns: readonly string[]): void {
  // SQLite folds the case of names.
  if (columns.some((name) => name.toLowerCase() === OWNER_COLUMN))
    deny(`${OWNER_COLUMN} is set by the handle, never by a query`);
}

interface Returning {
  readonly node: ReturningNode | undefined;
  readonly outputs: readonly Output[];
}

function rewriteReturning(guard: Guard, node: ReturningNode | undefined, scope: Scope): Returning {
  if (node === undefined) return { node, outputs: [] };
  const selected = rewriteSelections(guard, node.selections, scope);
  return {
    node: { kind: 'ReturningNode', selections: selected.map(({ node: selection }) => selection) },
    outputs: selected.map(({ output }) => output),
  };
}
