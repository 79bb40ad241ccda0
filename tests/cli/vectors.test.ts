import type { VectorCapabilities } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure, succeed } from './support/keelson.ts';

describeEngines('keelson vectors', (context) => {
  it('makes the index and removes it, or says what to install', async () => {
    const url = await context.url();
    const { vectors } = await document<{ vectors: VectorCapabilities }>(['info'], { url });
    expect(vectors).toMatchObject({ search: 'exact-scan' });
    expect((await succeed(['info'], { url })).stdout).toContain(vectors.message);
    if (vectors.version === null) {
      expect(await failure(['vectors', 'index'], { url, exit: 2 })).toMatchObject({ code: 'VECTOR_INDEX_UNAVAILABLE' });
      return;
    }
    const { extension, version } = vectors;
    expect(await document(['vectors', 'index'], { url })).toMatchObject({ indexed: 0, search: extension, version });
    expect(await document(['info'], { url })).toMatchObject({ vectors: { search: extension, hint: null } });
    expect((await succeed(['vectors', 'drop-index'], { url })).stdout).toContain('exact scan');
  });
});
