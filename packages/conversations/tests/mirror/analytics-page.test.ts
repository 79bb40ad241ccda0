import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Conversations } from '../../src/index.ts';
import { mirrored, mirrorOnce } from './support.ts';

const docs = join(import.meta.dirname, '../../../../docs');
const page = readFileSync(join(docs, 'analytics.md'), 'utf8');
const queries = [...page.matchAll(/```sql\n([\s\S]*?)```/gu)].map(([, sql = '']) => sql);

/** The columns that the page has of a table, which stands in the head of its own. */
function documented(table: string): string[] {
  const from = page.indexOf(`| \`${table}\``);
  const rows = page.slice(from, page.indexOf('\n\n', from)).split('\n').slice(2);
  return rows.map((row) => /^\| `(\w+)`/.exec(row)?.[1] ?? row);
}

/** What docs/schema.md says of whom a column may tell: none, internal, personal or secret. */
function classesOf(table: string): ReadonlyMap<string, string> {
  const schema = readFileSync(join(docs, 'schema.md'), 'utf8');
  const from = schema.search(new RegExp(`^#+ .*\\b${table}\\b`, 'm'));
  const lines =
    schema
      .slice(from + 3)
      .split(/^#/m, 1)[0]
      ?.split('\n') ?? [];
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(
    cells.filter((row) => row.length > 4).map(([, name = '', , kind = '']) => [name.replaceAll('`', ''), kind]),
  );
}

describeEngines('the page on analytics', (context) => {
  it('has queries that run and give what they say', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    const metadata = { modelName: 'model-1', tokens: 10, latencyMs: 200 };
    for (const user of ['ada', 'bob']) {
      const chats = new Conversations(source, user);
      const { id } = await chats.createConversation({ source: 'web' });
      await chats.createConversation();
      await chats.saveUserMessage({ conversationId: id, content: 'a question' });
      await chats.saveAssistantMessage({ conversationId: id, content: 'an answer', metadata });
    }
    await mirrorOnce(source, url);
    const raw = context.raw(url);
    expect(queries).toHaveLength(3);
    const [days, models, lengths] = [
      await raw.query(queries[0]!),
      await raw.query(queries[1]!),
      await raw.query(queries[2]!),
    ].map((rows) => rows.map((row) => Object.values(row).map(String)));
    const today = new Date().toISOString().slice(0, 7);
    expect(days).toMatchObject([
      [expect.stringMatching(/^\d{4}-\d\d-\d\d$/), 'assistant', '2', '2'],
      [expect.stringMatching(/^\d{4}-\d\d-\d\d$/), 'user', '2', '2'],
    ]);
    expect(models?.map((row) => row.map((value) => value.replace(/\.0+$/, '')))).toEqual([
      ['model-1', '2', '20', '200', '200'],
    ]);
    expect(lengths).toEqual([
      [today, '-', '2', '0', '0'],
      [today, 'web', '2', '4', '2'],
    ]);
  });

  it('names every column, none of which says what somebody wrote', async () => {
    const source = await context.open();
    const url = await context.emptyUrl();
    const { id } = await new Conversations(source, 'ada').createConversation();
    await new Conversations(source, 'ada').saveUserMessage({ conversationId: id, content: 'a question' });
    await mirrorOnce(source, url);
    const { conversations, messages } = await mirrored(url);
    for (const [table, origin, rows] of [
      ['mirror_conversations', 'conversations', conversations],
      ['mirror_messages', 'conversation_messages', messages],
    ] as const) {
      const [row] = await context.raw(url).query(`SELECT * FROM ${table}`);
      expect(Object.keys(row!)).toEqual(documented(table));
      expect(Object.keys(rows[0] as object).sort()).toEqual(Object.keys(row!).sort());
      const classes = classesOf(origin);
      const personal = documented(table).filter((name) => (classes.get(name) ?? 'none') !== 'none');
      expect(personal.map((name) => [name, classes.get(name)]).filter(([, kind]) => kind !== 'internal')).toEqual([
        ['user_id', 'personal'],
      ]);
      expect(classes.get('metadata')).toBe('personal');
    }
  });
});
