import { type Expression, ExpressionWrapper, type OperationNode, RawNode, ValueNode } from 'kysely';
import type { Codec } from '../../engine/contract.ts';

/** What the kernel knows of a fragment that it made itself. */
export interface Fragment {
  /** How to decode the value, where the engine can't tell. */
  readonly decode: Codec | undefined;
}

/** Fragments are known by identity: a node that looks the same but was made elsewhere isn't one. */
const fragments = new WeakMap<OperationNode, Fragment>();

export function fragmentOf(node: OperationNode): Fragment | undefined {
  return fragments.get(node);
}

/** An expression that is the given one, decoded in a certain way. Emits no SQL of its own and reaches no table. */
class DecodedExpression<T> implements Expression<T> {
  readonly #node: RawNode;

  constructor(expression: Expression<unknown>, decode: Codec) {
    this.#node = RawNode.createWithChild(expression.toOperationNode());
    fragments.set(this.#node, { decode });
  }

  get expressionType(): T | undefined {
    return undefined;
  }
  toOperationNode(): RawNode {
    return this.#node;
  }
  as<A extends string>(alias: A): DecodedAlias<T, A> {
    return { expression: this, alias, toOperationNode: () => aliasNode(this.#node, alias) };
  }
}

interface DecodedAlias<T, A extends string> {
  readonly expression: Expression<T>;
  readonly alias: A;
  toOperationNode(): ReturnType<typeof aliasNode>;
}

function aliasNode(node: OperationNode, alias: string) {
  return { kind: 'AliasNode', node, alias: { kind: 'IdentifierNode', name: alias } } as const;
}

/**
 * Gives an expression's result as a `Date`. SQLite knows the types of columns, not of expressions such as `max(created_at)`.
 *
 * @example
 * ```ts
 * db.selectFrom('conversations').select(({ fn }) => asTimestamp(fn.max('last_message_at')).as('latest'))
 * ```
 */
export function asTimestamp<T extends Date | null = Date>(expression: Expression<unknown>): DecodedExpression<T> {
  return new DecodedExpression<T>(expression, 'timestamp');
}

/** Gives an expression's result as a boolean; see {@link asTimestamp}. */
export function asBoolean<T extends boolean | null = boolean>(expression: Expression<unknown>): DecodedExpression<T> {
  return new DecodedExpression<T>(expression, 'boolean');
}

/** Gives an expression's result as parsed JSON; see {@link asTimestamp}. */
export function asJson<T>(expression: Expression<unknown>): DecodedExpression<T> {
  return new DecodedExpression<T>(expression, 'json');
}

/**
 * A constant that stands in the query's text instead of being bound: an engine uses an index of some rows only when it can
 * see that the query asks for no others.
 *
 * @example
 * ```ts
 * db.selectFrom('conversation_messages').select('id').where('role', '=', literal('system'))
 * ```
 */
export function literal<T extends string>(value: T): ExpressionWrapper<never, never, T> {
  return new ExpressionWrapper(ValueNode.createImmediate(value));
}
