import {
  type BinaryOperationNode,
  type CastNode,
  type DataTypeNode,
  type JSONReferenceNode,
  type OffsetNode,
  type OperationNode,
  OperatorNode,
  RawNode,
  type SelectModifierNode,
  type SelectQueryNode,
  SqliteQueryCompiler,
  type ValueNode,
} from 'kysely';
import type { Codec } from '../contract.ts';

/** SQLite has no other types to cast to, and would make numbers of what it doesn't know. */
const CASTS: Partial<Record<Codec, string>> = { integer: 'integer', bigint: 'integer', real: 'real', text: 'text' };

/** What values stand in when SQLite might choose a plan by them. */
const PLANNED_BY: ReadonlySet<string> = new Set(['BinaryOperationNode', 'TupleNode', 'LimitNode', 'OffsetNode']);

/** Kysely's compiler, where SQLite would otherwise differ from what the same query means on PostgreSQL. */
export class PortableSqliteCompiler extends SqliteQueryCompiler {
  /** PostgreSQL takes a backslash as LIKE's escape; SQLite takes none unless told. */
  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    super.visitBinaryOperation(node);
    if (
      OperatorNode.is(node.operator) &&
      (node.operator.operator === 'like' || node.operator.operator === 'not like')
    ) {
      this.append(` escape '\\'`);
    }
  }

  /**
   * SQLite prepares a statement anew, at each run, when another value could mean another plan: for a limit, and for what a
   * column equals. That costs more than most of the statements. A plus means nothing but that the value isn't looked at.
   */
  protected override visitValue(node: ValueNode): void {
    if (node.immediate !== true && PLANNED_BY.has(this.parentNode?.kind ?? '')) this.append('+');
    super.visitValue(node);
  }

  /** A cast names a codec. */
  protected override visitCast(node: CastNode): void {
    const type = CASTS[(node.dataType as DataTypeNode).dataType as Codec];
    if (type === undefined) {
      this.visitNode(node.expression);
      return;
    }
    this.append('cast(');
    this.visitNode(node.expression);
    this.append(` as ${type})`);
  }

  /** `->>` gives text on PostgreSQL, and here the value with its type: numbers and truths are taken as JSON writes them. */
  protected override visitJSONReference(node: JSONReferenceNode): void {
    const { traversal } = node;
    if (traversal.kind !== 'JSONOperatorChainNode' || traversal.operator.operator !== '->>') {
      super.visitJSONReference(node);
      return;
    }
    this.append(`(case typeof(`);
    super.visitJSONReference(node);
    this.append(`) when 'null' then null when 'text' then `);
    super.visitJSONReference(node);
    this.append(' else ');
    super.visitJSONReference({ ...node, traversal: { ...traversal, operator: OperatorNode.create('->') } });
    this.append(' end)');
  }

  /** An offset needs a limit before it. */
  protected override visitOffset(node: OffsetNode): void {
    if ((this.parentNode as SelectQueryNode | undefined)?.limit === undefined) this.append('limit -1 ');
    super.visitOffset(node);
  }

  /** A write transaction holds the whole file's lock, so a row lock has nothing to add. */
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier === 'Distinct') super.visitSelectModifier(node);
  }
}

/** The list comes as a JSON array. */
export function memberOf(left: OperationNode, list: OperationNode, negated: boolean): OperationNode {
  return RawNode.create(
    ['', negated ? ' not in (select value from json_each(' : ' in (select value from json_each(', '))'],
    [left, list],
  );
}
