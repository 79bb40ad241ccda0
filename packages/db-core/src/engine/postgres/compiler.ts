import {
  type CastNode,
  type DataTypeNode,
  type FunctionNode,
  type JSONReferenceNode,
  type OperationNode,
  PostgresQueryCompiler,
  RawNode,
} from 'kysely';
import type { Codec } from '../contract.ts';
import { postgresTypes } from './codecs.ts';

const FOLDING = new Set(['lower', 'upper']);

/**
 * Kysely's compiler, where PostgreSQL would otherwise follow the database's own collation: columns have the collation "C",
 * which goes by bytes as SQLite does, and text that comes from elsewhere is given it.
 */
export class PortablePostgresCompiler extends PostgresQueryCompiler {
  /** A cast names a codec. */
  protected override visitCast(node: CastNode): void {
    const codec = (node.dataType as DataTypeNode).dataType as Codec;
    this.append('cast(');
    this.visitNode(node.expression);
    this.append(` as ${postgresTypes[codec]})`);
    if (codec === 'text') this.append(' collate "C"');
  }

  protected override visitJSONReference(node: JSONReferenceNode): void {
    const { traversal } = node;
    const isText = traversal.kind === 'JSONOperatorChainNode' && traversal.operator.operator === '->>';
    if (isText) this.append('((');
    super.visitJSONReference(node);
    if (isText) this.append(') collate "C")');
  }

  protected override visitFunction(node: FunctionNode): void {
    const [only] = node.arguments;
    if (!FOLDING.has(node.func) || only === undefined || only.kind === 'ReferenceNode') {
      super.visitFunction(node);
      return;
    }
    this.append(`${node.func}((`);
    this.visitNode(only);
    this.append(') collate "C")');
  }
}

/** The list comes as an array, whose type PostgreSQL takes from the left side. */
export function memberOf(left: OperationNode, list: OperationNode, negated: boolean): OperationNode {
  return RawNode.create(['', negated ? ' <> all(' : ' = any(', ')'], [left, list]);
}
