import {
  type BinaryOperationNode,
  type OperationNode,
  OperatorNode,
  RawNode,
  type SelectModifierNode,
  SqliteQueryCompiler,
} from 'kysely';

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
