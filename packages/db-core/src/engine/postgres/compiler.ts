import { type OperationNode, PostgresQueryCompiler, RawNode } from 'kysely';

/** Kysely's compiler as it is: SQLite's is the one that is brought into line with it. */
export class PortablePostgresCompiler extends PostgresQueryCompiler {}

/** The list comes as an array, whose type PostgreSQL takes from the left side. */
export function memberOf(left: OperationNode, list: OperationNode, negated: boolean): OperationNode {
  return RawNode.create(['', negated ? ' <> all(' : ' = any(', ')'], [left, list]);
}
