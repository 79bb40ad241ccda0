import { STATUS_CODES } from 'node:http';
import type { SwaggerTransform, SwaggerTransformObject } from '@fastify/swagger';
import { type ErrorEntry, errorCatalogue } from '@keelson/db-core';
import type { FastifySchema } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ORGANISATION_HEADER } from '../plugins/acting.ts';
import { PROBLEM_TYPE } from '../plugins/problems.ts';
import { concernsRows } from '../rows.ts';
import { problemSchema } from '../schemas/problem.ts';
import { problemsOf } from './problems.ts';
import { shareAnswers } from './shared-answers.ts';
import { type OpenApiDocument, tidy } from './tidy.ts';

type Json = Readonly<Record<string, unknown>>;

const PROBLEM = z.globalRegistry.get(problemSchema)?.id ?? 'Problem';
const problemReference = { $ref: `#/components/schemas/${PROBLEM}` };

const headers = {
  etag: { type: 'string', description: 'The version, for `If-Match`.' },
  location: { type: 'string', description: 'The path of what was made.' },
  'idempotent-replayed': { type: 'string', enum: ['true'], description: 'This is the answer of an earlier request.' },
  'retry-after': { type: 'integer', description: 'Seconds to wait.' },
} as const;

/** The statuses whose answers may say how long to wait. */
const WAITING = new Set([429, 503]);

/** Adds to a route's description what its config says: who may, what may go wrong, and which headers matter. */
export const describeRoute: SwaggerTransform<FastifySchema & { readonly hide?: boolean }> = (document) => {
  const { schema, url } = jsonSchemaTransform(document);
  const config = document.route.config ?? {};
  if (schema === undefined || ('hide' in schema && schema.hide)) return { schema: { hide: true }, url };
  const hasBody = 'body' in schema;
  const hasInput = hasBody || 'params' in schema || 'querystring' in schema || 'headers' in schema;
  const answers = Object.entries((schema.response ?? {}) as Record<string, Json>).map(([status, answer]) => {
    const described = { description: STATUS_CODES[status], ...answer };
    const names = config.answerHeaders?.[Number(status)] ?? [];
    return [status, names.length === 0 ? described : withHeaders(described, names)];
  });
  const problems = [...problemsOf({ config, hasBody, hasInput })].map(([status, entries]) => [
    String(status),
    problemAnswer(status, entries),
  ]);
  return {
    schema: {
      ...schema,
      ...(concernsRows(config) ? { headers: withOrganisation(schema.headers) } : {}),
      security: config.access === 'public' ? [] : [{ token: [config.access] }],
      response: { ...Object.fromEntries(answers), ...Object.fromEntries(problems), default: otherProblems },
    } as FastifySchema,
    url,
  };
};

/** A request for somebody's rows may name the organisation whose they are. */
function withOrganisation(headers: unknown): Json {
  const { properties = {}, ...rest } = (headers ?? { type: 'object' }) as { readonly properties?: Json };
  const organisation = {
    type: 'string',
    format: 'uuid',
    description: 'The organisation for which the request is made; default: for oneself.',
  };
  return { ...rest, properties: { ...properties, [ORGANISATION_HEADER]: organisation } };
}

function withHeaders(answer: Json, names: readonly (keyof typeof headers)[]): Json {
  return { ...answer, headers: Object.fromEntries(names.map((name) => [name, headers[name]])) };
}

function problemAnswer(status: number, entries: readonly ErrorEntry[]): Json {
  const schema = { allOf: [problemReference, { properties: { code: { enum: entries.map(({ code }) => code) } } }] };
  const answer = {
    description: entries.map(({ code, title }) => `\`${code}\`: ${title}.`).join(' '),
    content: { [PROBLEM_TYPE]: { schema } },
  };
  return WAITING.has(status) ? withHeaders(answer, ['retry-after']) : answer;
}

const otherProblems: Json = {
  description: 'Any other error of the catalogue.',
  content: { [PROBLEM_TYPE]: { schema: problemReference } },
};

/** Adds the shared schemas, those that are used, and the list of all codes that a problem may have. */
export const describeSchemas: SwaggerTransformObject = (document) => {
  const described = jsonSchemaTransformObject(document) as unknown as OpenApiDocument;
  const schemas = { ...described.components.schemas };
  const problem = schemas[PROBLEM];
  if (problem === undefined) throw new Error('The schema of problems is not registered.');
  const codes = errorCatalogue().map(({ code }) => code);
  schemas[PROBLEM] = {
    ...problem,
    properties: { ...(problem['properties'] as Json), code: { ...codeOf(problem), enum: codes } },
  };
  const complete = { ...described, components: { ...described.components, schemas } };
  return shareAnswers(tidy(complete));
};

function codeOf(problem: Json): Json {
  return (problem['properties'] as Readonly<Record<string, Json>>)['code'] ?? {};
}
