import type { DatabaseInfo } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { document, start, succeed } from './support/keelson.ts';

describeEngines('keelson info', (context) => {
  it('shows the programs that run, until they end', async () => {
    const url = await context.url();
    const worker = start(['worker'], { url });
    onTestFinished(() => void worker.child.kill('SIGKILL'));
    await worker.said(/looks for/);
    const server = start(['serve', '--port', '0'], { url });
    onTestFinished(() => void server.child.kill('SIGKILL'));
    await server.said(/listens on/);
    const instances = async () => (await document<DatabaseInfo>(['info'], { url })).instances ?? [];
    // In the order in which they started.
    expect((await instances()).map(({ kind, pid }) => [kind, pid])).toEqual([
      ['worker', worker.child.pid],
      ['api', server.child.pid],
    ]);
    const { stdout } = await succeed(['info'], { url });
    expect(stdout).toMatch(new RegExp(`worker +\\S+ +${worker.child.pid} `));
    await server.signalled('SIGTERM');
    expect((await instances()).map(({ kind }) => kind)).toEqual(['worker']);
    await worker.signalled('SIGINT');
    expect(await instances()).toEqual([]);
  });
});
