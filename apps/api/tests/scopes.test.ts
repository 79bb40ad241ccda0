import { SCOPES } from '@keelson/db-core';
import { expect, it } from 'vitest';
import { renderOpenApi } from '../src/index.ts';
import type { Description } from './testing/description.ts';

it('the scopes that tokens can have are those that routes ask for', async () => {
  const { paths } = JSON.parse(await renderOpenApi()) as Description;
  const asked = new Set<string>();
  for (const { security } of Object.values(paths).flatMap((methods) => Object.values(methods)))
    for (const scheme of security as readonly { readonly token?: readonly string[] }[])
      for (const scope of scheme.token ?? []) asked.add(scope);
  const offered = SCOPES.filter((scope) => scope.includes(':'));
  expect([...asked].sort()).toEqual(['admin', ...offered].sort());
});
