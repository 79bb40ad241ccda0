/**
 * `answering-process.ts URL KEY STOP`: makes a conversation under an idempotency key and says its answer. With STOP
 * `before-commit` it stands still when all is written and nothing kept, with `after-commit` before it says its answer.
 */
import process from 'node:process';
import { Conversations } from '@keelson/conversations';
import { IdempotencyKeys, openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';

const [url = '', key = '', stop = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
const forEver = (): Promise<never> => {
  say('standing');
  return new Promise(() => {
    setInterval(() => undefined, 1000);
  });
};
const request = ['POST', '/v1/conversations', { title: 'once' }];
const outcome = await new IdempotencyKeys(database).run('ada', { key, request }, async () => {
  const { id } = await new Conversations(database, 'ada').createConversation({ title: 'once' });
  if (stop === 'before-commit') await forEver();
  return { status: 201, headers: {}, body: id };
});
if (stop === 'after-commit') await forEver();
say({ id: outcome.response.body, isReplay: outcome.isReplay });
await database.close();
