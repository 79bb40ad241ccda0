import { ValidationError } from '../errors/index.ts';
import type { CachedQuery } from './contract.ts';

/** User ids and names of tables have no line feeds, so the parts of a key can't run into each other. */
const BETWEEN = '\n';

/**
 * What an answer is kept under. It is made from all parameters: a key that its author wrote by hand and from which one was
 * forgotten would give one question's answer to another.
 */
export function answerKey<Params>(userId: string, query: CachedQuery<Params, unknown>, params: Params): string {
  return `${userId}${BETWEEN}${query.name} ${query.version}${BETWEEN}${textOf(params)}`;
}

/** What an answer depends on, as it is looked up when something changes. */
export function dependencyKeys<Params>(
  userId: string,
  query: CachedQuery<Params, unknown>,
  params: Params,
): readonly string[] {
  return query.dependsOn(params).map(({ table, key }) => dependencyKey(userId, table, key));
}

export function dependencyKey(userId: string, table: string, key?: string): string {
  const whole = `${userId}${BETWEEN}${table}`;
  return key === undefined ? whole : `${whole}${BETWEEN}${key}`;
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : textOfObject(value);
    default:
      throw notPlain();
  }
}

function textOfObject(value: object): string {
  if (value instanceof Date) return `@${value.getTime()}`;
  if (Array.isArray(value)) return `[${value.map((element) => textOf(element)).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw notPlain();
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => `${JSON.stringify(name)}:${textOf(part)}`)
    .toSorted();
  return `{${parts.join(',')}}`;
}

function notPlain(): ValidationError {
  return new ValidationError('The parameters of a cached query are plain objects, arrays, Date and simple values.');
}
