import { describeEngine, describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { document, failure } from './support/keelson.ts';

interface Listed {
  readonly items: readonly { readonly id: string; readonly title: string; readonly messageCount: number }[];
}

describeEngines('keelson seed', (context) => {
  it('stores the same everywhere, and nothing twice', async () => {
    const [url, other] = [await context.url(), await context.url()];
    const args = ['seed', '--user', 'ada', '--conversations', '7', '--seed', '3'];
    const first = await document(args, { url });
    expect(first).toEqual({
      user: 'ada',
      seed: 3,
      conversations: { conversations: 7, messages: 44, created: { conversations: 7, messages: 44 } },
    });
    expect(await document(args, { url })).toMatchObject({
      conversations: { messages: 44, created: { conversations: 0, messages: 0 } },
    });
    await document(args, { url: other });
    const listed = async (where: string) => {
      const { items } = await document<Listed>(['conversations', 'list', '--user', 'ada'], { url: where });
      return items.map(({ id, title, messageCount }) => `${id} ${title} ${messageCount}`).sort();
    };
    expect(await listed(url)).toEqual(await listed(other));
  });
});

describeEngine('sqlite', 'keelson seed', (context) => {
  it('stores nothing in production', async () => {
    const url = await context.url();
    const env = { KEELSON_ENVIRONMENT: 'production' };
    expect((await failure(['seed'], { url, env, exit: 4 })).code).toBe('FORBIDDEN');
  });
});
