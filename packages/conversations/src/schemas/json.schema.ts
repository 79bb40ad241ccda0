import { z } from 'zod';
import type { JsonObject, JsonValue } from '../types.ts';
import { textFault } from './text.schema.ts';

const MAX_JSON_DEPTH = 64;
/** Longest metadata, as JSON text in UTF-16 units. */
export const MAX_METADATA_LENGTH = 262_144;

/** A fault in a JSON value and where it is. */
export interface JsonFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

class Faulty extends Error {
  readonly fault: JsonFault;
  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.fault = { path, message };
  }
}

/** What becomes of each string, keys included: the string to keep, or why it can't be kept. */
export type TextRule = (text: string) => string | { readonly fault: string };

const refuseBadText: TextRule = (text) => {
  const fault = textFault(text);
  return fault === null ? text : { fault };
};

/** A plain copy without `undefined` members, or the first fault: what JSON can't say, text that can't be stored, too deep. */
export function toJson(value: unknown, rule: TextRule = refuseBadText): { value: JsonValue } | { fault: JsonFault } {
  const copier = new Copier(rule);
  try {
    return { value: copier.copy(value) };
  } catch (error) {
    if (error instanceof Faulty) return { fault: error.fault };
    throw error;
  }
}

class Copier {
  readonly #rule: TextRule;
  /** Where the copying is, and the objects on the way there: one that comes again is a circle. */
  readonly #path: (string | number)[] = [];
  readonly #ancestors = new Set<object>();

  constructor(rule: TextRule) {
    this.#rule = rule;
  }

  copy(value: unknown): JsonValue {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw this.#fault(`is ${value}, which JSON cannot say`);
      return value === 0 ? 0 : value;
    }
    if (typeof value !== 'object') throw this.#fault(`is not a JSON value (${typeof value})`);
    if (this.#path.length >= MAX_JSON_DEPTH) throw this.#fault(`is nested deeper than ${MAX_JSON_DEPTH} levels`);
    if (this.#ancestors.has(value)) throw this.#fault('contains itself');
    this.#ancestors.add(value);
    const result = Array.isArray(value) ? this.#array(value) : this.#object(value);
    this.#ancestors.delete(value);
    return result;
  }

  #array(items: readonly unknown[]): JsonValue {
    return items.map((item, index) => this.#member(index, item));
  }

  #object(value: object): JsonValue {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw this.#fault(`is not a JSON value (${value.constructor.name})`);
    }
    const members: [string, JsonValue][] = [];
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) members.push([this.#text(key), this.#member(key, member)]);
    }
    return Object.fromEntries(members);
  }

  #member(key: string | number, value: unknown): JsonValue {
    this.#path.push(key);
    const result = this.copy(value);
    this.#path.pop();
    return result;
  }

  #text(text: string): string {
    const result = this.#rule(text);
    if (typeof result === 'string') return result;
    throw this.#fault(result.fault);
  }

  #fault(message: string): Faulty {
    return new Faulty([...this.#path], message);
  }
}

export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON value as a plain copy. */
export const jsonSchema = z.unknown().transform((value, context): JsonValue => {
  const result = toJson(value);
  if ('value' in result) return result.value;
  context.addIssue({ code: 'custom', path: [...result.fault.path], message: result.fault.message });
  return z.NEVER;
});

/** A JSON object whose text isn't longer than metadata may be. */
export const metadataSchema = jsonSchema.transform((value, context): JsonObject => {
  if (!isJsonObject(value)) {
    context.addIssue({ code: 'custom', message: 'must be an object' });
    return z.NEVER;
  }
  if (JSON.stringify(value).length > MAX_METADATA_LENGTH) {
    context.addIssue({
      code: 'custom',
      message: `must have at most ${MAX_METADATA_LENGTH.toLocaleString('en')} characters as JSON`,
    });
    return z.NEVER;
  }
  return value;
});
