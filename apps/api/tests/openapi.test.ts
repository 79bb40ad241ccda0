import { errorCatalogue } from '@keelson/db-core';
import { describeEngine } from '@keelson/db-core/testing';
import { describe, expect, it } from 'vitest';
import { renderOpenApi } from '../src/index.ts';
import { openApi } from './testing/api.ts';
import type { Description } from './testing/description.ts';

async function description(): Promise<Description> {
  return JSON.parse(await renderOpenApi()) as Description;
}

/** Every object in a value, with the value of one of its members. */
function membersNamed(name: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap((member) => membersNamed(name, member));
  return Object.hasOwn(value, name) ? [(value as Record<string, unknown>)[name], ...inner] : inner;
}

describe("the API's description", () => {
  it('is the same text every time, with names in order', async () => {
    const text = await renderOpenApi();
    expect(await renderOpenApi()).toBe(text);
    const { components } = JSON.parse(text) as Description;
    expect(Object.keys(components.schemas)).toEqual(Object.keys(components.schemas).toSorted());
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('refers only to what is in it, and has nothing that nobody refers to', async () => {
    const document = await description();
    const { schemas, responses } = document.components;
    const there = [
      ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
      ...Object.keys(responses).map((name) => `#/components/responses/${name}`),
    ];
    expect(new Set(membersNamed('$ref', document))).toEqual(new Set(there));
  });

  it('has for each operation a name of its own, a summary, an answer that is good, and its parameters', async () => {
    const { paths } = await description();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation })),
    );
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(operations.length);
    for (const { path, summary, responses, parameters = [], tags, security } of operations) {
      expect(summary).toMatch(/\S/);
      expect(tags).toHaveLength(1);
      expect(security).toBeInstanceOf(Array);
      expect(Object.keys(responses).filter((status) => status.startsWith('2'))).not.toEqual([]);
      const inPath = parameters.filter((each) => each.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{[^}]+\}/g) ?? []);
    }
    expect(operations.length).toBeGreaterThan(10);
  });

  it('knows exactly the codes of the catalogue', async () => {
    const { components } = await description();
    const problem = components.schemas['Problem'] as { properties: { code: { enum: string[] } } };
    expect(problem.properties.code.enum).toEqual(errorCatalogue().map(({ code }) => code));
  });

  it('gives each code under the status that the catalogue has for it', async () => {
    const { paths, components } = await description();
    const statusOf = new Map(errorCatalogue().map(({ code, status }) => [code, String(status)]));
    const named = Object.entries(components.responses).map(
      ([name, answer]) => [name.replace('Problem', ''), answer] as const,
    );
    const inline = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ responses }) => Object.entries(responses)),
    );
    let found = 0;
    for (const [status, answer] of [...named, ...inline]) {
      for (const codes of membersNamed('enum', answer.content?.['application/problem+json'])) {
        for (const code of codes as string[]) {
          expect(statusOf.get(code), code).toBe(status);
          found += 1;
        }
      }
    }
    expect(found).toBeGreaterThan(20);
  });

  it('has no word of what is only inside', async () => {
    const text = await renderOpenApi();
    for (const word of ['user_id', 'sqlite:///', 'postgresql://', '/work', 'next_seq'])
      expect(text).not.toContain(word);
  });
});

describeEngine('sqlite', '/docs', (context) => {
  it('is a page that brings its own scripts, under a policy that lets it work', async () => {
    const { call } = await openApi(context);
    const { status, text, headers } = await call('GET', '/docs', { token: null });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    const files = [...text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(files.length).toBeGreaterThan(4);
    for (const path of files) expect(await call('GET', path, { token: null })).toMatchObject({ status: 200 });
    expect(text).not.toMatch(/<script>|onclick=|https?:\/\//);
  });

  it('gives the description as JSON too', async () => {
    const { call, server } = await openApi(context);
    const { body } = await call('GET', '/docs/json', { token: null });
    expect(body).toEqual(server.swagger());
    expect(body).toEqual(await description());
    expect(body.openapi).toBe('3.1.0');
  });

  it('is left by what is not there as a problem', async () => {
    const { call } = await openApi(context);
    expect(await call('GET', '/docs/static/nothing.js', { token: null })).toMatchObject({ status: 404 });
    expect(await call('GET', '/docs/static/../../package.json', { token: null })).toMatchObject({ status: 404 });
  });
});
