import type { Codec } from '../engine/contract.ts';
import type { SlotRule } from './slot-rules.ts';

/** Stands in a query for a value that comes with each run. */
export class Parameter {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  /** A parameter has no value while a query is built; using it as one is a mistake that should be seen at once. */
  [Symbol.toPrimitive](): never {
    throw new TypeError(
      `The parameter "${this.name}" has no value while the query is built; pass it to the builder as it is.`,
    );
  }
}

/** Stands for the id of the user whose handle runs the query. Only the guard makes it. */
export const CURRENT_USER = Symbol('the current user');

export interface SlotOptions {
  /** The value is an array, to be compared with `in`. */
  readonly list?: boolean;
  /** What the value has to keep to besides its type. */
  readonly rule?: SlotRule;
}

/** A place in the SQL where a value is bound, with how to encode it. Only the guard makes these, so it can trust them. */
export class Slot {
  readonly value: unknown;
  readonly codec: Codec | undefined;
  readonly list: boolean;
  readonly rule: SlotRule | undefined;

  constructor(value: unknown, codec: Codec | undefined, { list = false, rule }: SlotOptions = {}) {
    this.value = value;
    this.codec = codec;
    this.list = list;
    this.rule = rule;
  }
}

/** An object whose every property is the parameter of that name. */
export function parametersProxy<Params>(): Params {
  return new Proxy(Object.create(null) as object, {
    get: (_, name) => (typeof name === 'string' ? new Parameter(name) : undefined),
  }) as Params;
}
