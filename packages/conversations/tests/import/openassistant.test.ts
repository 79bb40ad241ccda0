import { describe, expect, it } from 'vitest';
import { Cleaner } from '../../src/import/imported.ts';
import { openassistant } from '../../src/import/openassistant.ts';

interface Reply {
  readonly message_id: string;
  readonly text: string;
  readonly role: string;
  readonly replies?: readonly Reply[];
  readonly [key: string]: unknown;
}

const message = (id: string, role: string, more: Record<string, unknown> = {}): Reply => ({
  message_id: id,
  text: `text of ${id}`,
  role,
  ...more,
});

const convert = (prompt: unknown, more: Record<string, unknown> = {}) =>
  openassistant.convert({ message_tree_id: 'tree', tree_state: 'ready_for_export', prompt, ...more }, new Cleaner());

describe('an OpenAssistant tree', () => {
  const tree = message('q', 'prompter', {
    text: 'How do I start?\nI am new.',
    lang: 'en',
    created_date: '2023-02-05T14:23:50.983374+00:00',
    replies: [
      message('second', 'assistant', { rank: 1, model_name: 'm', synthetic: true }),
      message('first', 'assistant', { rank: 0, replies: [message('thanks', 'prompter')] }),
    ],
  });

  it('has times of UTC where they bear no zone, wherever this runs', () => {
    const { TZ } = process.env;
    process.env.TZ = 'Asia/Tokyo';
    try {
      for (const created_date of ['2023-02-05T14:23:50.983374', '2023-02-05 14:23:50.983'])
        expect(convert({ ...tree, created_date }).createdAt).toEqual(new Date('2023-02-05T14:23:50.983Z'));
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });

  it('becomes messages with parents, roles, ranks and times', () => {
    const imported = convert(tree);
    expect(imported.messages).toMatchObject([
      {
        externalId: 'q',
        parentExternalId: null,
        role: 'user',
        createdAt: new Date('2023-02-05T14:23:50.983Z'),
        metadata: { source: 'openassistant', lang: 'en' },
      },
      {
        externalId: 'second',
        parentExternalId: 'q',
        role: 'assistant',
        createdAt: null,
        metadata: { modelName: 'm', rank: 1, synthetic: true },
      },
      { externalId: 'first', parentExternalId: 'q', role: 'assistant', metadata: { rank: 0 } },
      { externalId: 'thanks', parentExternalId: 'first', role: 'user' },
    ]);
  });

  it('is called by the first line of its prompt', () => {
    expect(convert(tree).title).toBe('How do I start?');
    expect(convert(message('q', 'prompter', { text: 'x'.repeat(300) })).title).toHaveLength(80);
    expect(convert(message('q', 'prompter', { text: '' })).title).toBeNull();
  });

  it('goes on along the replies ranked best', () => {
    expect(convert(tree).activeLeafExternalId).toBe('thanks');
  });

  it('may be deep', () => {
    let prompt = message('n0', 'assistant');
    for (let at = 1; at < 20_000; at += 1) prompt = message(`n${at}`, 'prompter', { replies: [prompt] });
    expect(convert(prompt).messages).toHaveLength(20_000);
  });

  it.each([
    ['an unknown role', message('q', 'ghost'), 'the role "ghost"'],
    ['no id', { text: 'x', role: 'prompter' }, 'without message_id'],
    ['no text', { message_id: 'q', role: 'prompter' }, 'has no text'],
    ['the same id twice', message('q', 'prompter', { replies: [message('q', 'assistant')] }), 'two messages q'],
    ['replies that are no list', message('q', 'prompter', { replies: 'none' }), 'no list of messages'],
  ])('with %s is refused', (_, prompt, reason) => {
    expect(() => convert(prompt)).toThrow(reason);
  });
});
