import { errorCatalogue } from '@keelson/db-core';
import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';

interface Described {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

interface Answers {
  readonly [status: string]: { readonly $ref?: string; readonly content?: Readonly<Record<string, Content>> };
}

interface Content {
  readonly schema: {
    readonly allOf?: readonly [unknown, { readonly properties: { readonly code: { readonly enum: string[] } } }];
  };
}

export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags: readonly string[];
  readonly security: readonly unknown[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Answers;
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Answers; readonly schemas: Readonly<Record<string, unknown>> };
}

let known: Description | undefined;

/** The same for every server, so that it is made once. */
function descriptionOf(server: FastifyInstance): Description {
  known ??= server.swagger() as unknown as Description;
  return known;
}

/** An answer of a described operation has a status that the description knows, and a problem the code it gives for it. */
export function assertDescribed(
  server: FastifyInstance,
  { method, url }: { readonly method: string; readonly url: string },
  { status, headers, body }: Described,
): void {
  if (status >= 400 && method !== 'HEAD') {
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const { code } = body as { readonly code: string };
    expect(errorCatalogue().find((entry) => entry.code === code)?.status).toBe(status);
  }
  const { paths, components } = descriptionOf(server);
  const operation = operationOf(paths, url)?.[method.toLowerCase()];
  if (operation === undefined) return;
  const known = operation.responses[String(status)];
  if (status < 400) {
    expect(known, `${method} ${url} answered ${status}, which is not described`).toBeDefined();
    return;
  }
  const shared = known?.$ref?.split('/').at(-1);
  const answer = shared === undefined ? known : components.responses[shared];
  const codes = answer?.content?.['application/problem+json']?.schema.allOf?.[1].properties.code.enum;
  // Faults on the server's side may be any of the catalogue: they are described as `default`.
  if (status >= 500 && codes === undefined) return;
  expect(codes, `${method} ${url} answered ${status}, which is not described`).toContain(
    (body as { readonly code: string }).code,
  );
}

function operationOf(paths: Description['paths'], url: string): Description['paths'][string] | undefined {
  const [path = ''] = url.split('?', 1);
  const exact = Object.keys(paths).filter((each) =>
    new RegExp(`^${each.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
  );
  return paths[exact.sort((a, b) => a.length - b.length)[0] ?? ''];
}
