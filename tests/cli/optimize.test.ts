import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, succeed } from './support/keelson.ts';

describeEngines('keelson optimize', (context) => {
  it('tells what it does, and the figures before and after', async () => {
    const url = await context.url();
    const done = await document(['optimize', '--full'], { url });
    expect(done).toMatchObject({
      engine: context.engine === 'sqlite' ? 'sqlite' : 'postgres',
      full: true,
      before: { sizeBytes: expect.any(Number) },
      after: { sizeBytes: expect.any(Number) },
    });
    const { stdout, stderr } = await succeed(['optimize'], { url });
    expect(stdout).toMatch(/^size +[\d.]+ .iB +[\d.]+ .iB$/m);
    expect(stderr).toMatch(/^0 %: \w/m);
  });
});
