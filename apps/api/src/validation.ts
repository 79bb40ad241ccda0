import { ValidationError } from '@keelson/db-core';
import type { FastifySchemaCompiler } from 'fastify';
import type { core, z } from 'zod';
import type { Fault } from './schemas/problem.ts';

const parts: Readonly<Record<string, Fault['in']>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

/**
 * What is wrong with one part of a request. Not a `ValidationError` itself, because the framework writes properties on
 * the error that it is given.
 */
export class InputFaults extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super('The request is not valid.');
    this.faults = faults;
  }

  toValidationError(): ValidationError {
    const text = this.faults.map(({ in: part, pointer, message }) => `${part}${pointer}: ${message}`).join('; ');
    return new ValidationError(`The request is not valid: ${text}.`, { details: { issues: this.faults } });
  }
}

/** Checks each part of a request against its zod schema; all faults are told at once. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => {
  const part = parts[httpPart] ?? 'body';
  return (data: unknown) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    return { error: new InputFaults(result.error.issues.flatMap((issue) => faultsOf(issue, part))) };
  };
};

function faultsOf(issue: core.$ZodIssue, part: Fault['in']): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [{ in: part, pointer: pointerTo(issue.path), message: issue.message }];
  return issue.keys.map((key) => ({
    in: part,
    pointer: pointerTo([...issue.path, key]),
    message: 'is not known here',
  }));
}

/** RFC 6901. */
function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The parts of a request that have been read. */
export interface RequestParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Finds the part of the request that a domain's issue speaks of. Domains know nothing of HTTP, so parameters are named as
 * the domain's inputs are; what is neither in the path nor in the query came in the body.
 */
export function locate(
  issue: { readonly path: string; readonly message: string },
  request: Partial<RequestParts>,
): Fault {
  const path = issue.path === '' ? [] : issue.path.split('.');
  const [first] = path;
  const pointer = pointerTo(path);
  const isIn = (part: unknown): boolean =>
    first !== undefined && typeof part === 'object' && part !== null && Object.hasOwn(part, first);
  if (isIn(request.params)) return { in: 'path', pointer, message: issue.message };
  if (isIn(request.query)) return { in: 'query', pointer, message: issue.message };
  return { in: 'body', pointer, message: issue.message };
}
