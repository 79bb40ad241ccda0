import {
  AndNode,
  ColumnNode,
  OperatorNode,
  type OperationNode,
  ParensNode,
  ReferenceNode,
  BinaryOperationNode,
  TableNode,
  ValueNode,
} from 'kysely';
import { CURRENT_USER, Slot, type SlotOptions } from '../values.ts';

export const OWNER_COLUMN = 'user_id';

export function slotNode(value: unknown, codec: Slot['codec'], options?: SlotOptions): ValueNode {
  return ValueNode.create(new Slot(value, codec, options));
}

export function currentUserNode(): ValueNode {
  return slotNode(CURRENT_USER, 'text');
}

export function columnOf(alias: string, column: string): ReferenceNode {
  return ReferenceNode.create(ColumnNode.create(column), TableNode.create(alias));
}

/** `alias.user_id = <the current user>` */
export function ownedBy(alias: string): OperationNode {
  return BinaryOperationNode.create(columnOf(alias, OWNER_COLUMN), OperatorNode.create('='), currentUserNode());
}

/** The predicates first, then what the query asked for, in parentheses so that an OR can't escape. */
export function allOf(
  predicates: readonly OperationNode[],
  asked: OperationNode | undefined,
): OperationNode | undefined {
  const parts = asked === undefined ? [...predicates] : [...predicates, ParensNode.create(asked)];
  const [first, ...rest] = parts;
  if (first === undefined) return undefined;
  if (rest.length === 0) return predicates.length === 0 ? asked : first;
  return rest.reduce((left, right) => AndNode.create(left, right), first);
}

/** Is this a part of a query's tree? */
export function isNode(part: unknown): part is OperationNode {
  return typeof part === 'object' && part !== null && 'kind' in part && typeof part.kind === 'string';
}

/** A node from its parts; those that are undefined are left out. */
export function makeNode<Node extends OperationNode>(
  kind: Node['kind'],
  parts: { readonly [Part in Exclude<keyof Node, 'kind'>]?: unknown },
): Node {
  const entries = Object.entries(parts).filter(([, part]) => part !== undefined);
  return { kind, ...Object.fromEntries(entries) } as unknown as Node;
}

/** Rewrites a part where there is one. */
export function optional<Part, Result>(part: Part | undefined, rewrite: (part: Part) => Result): Result | undefined {
  return part === undefined ? undefined : rewrite(part);
}
