import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it } from 'vitest';
import { Child } from '../support/child.ts';
import { seeded } from '../kill/seeded.ts';
import { isLong } from './form.ts';

const PROCESSES = isLong ? 16 : 4;
const DURATION_MS = isLong ? 30_000 : 2_000;
const KILLS = isLong ? 12 : 2;
const SEED = 1;

const script = join(import.meta.dirname, 'appending-process.ts');

/** A writer that is begun again when it was killed, with the message for which it had no answer. */
class Writer {
  readonly name: string;
  /** What it was told: the number of each of its messages, by content. */
  readonly saved = new Map<string, number>();
  readonly #args: readonly string[];
  /** The message that it began last: what it is to begin with again. */
  #turn = 0;
  #child: Child;

  constructor(name: string, args: readonly string[]) {
    this.name = name;
    this.#args = args;
    this.#child = this.#begin();
  }

  #begin(): Child {
    return new Child(script, [...this.#args, this.name, String(this.#turn)]);
  }

  /** By then it stops when it is asked to. */
  async ready(): Promise<void> {
    await this.#child.line(1);
  }

  async killAndBeginAgain(): Promise<void> {
    const { lines, signal } = await this.#child.kill();
    expect(signal).toBe('SIGKILL');
    this.#note(lines);
    this.#child = this.#begin();
  }

  async stop(): Promise<void> {
    this.#child.stop();
    const { code, lines, errors } = await this.#child.ended();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    this.#note(lines);
  }

  #note(lines: readonly string[]): void {
    for (const line of lines) {
      const [what, turn, seq] = line.split(' ');
      if (what === 'begun') this.#turn = Number(turn);
      if (what !== 'saved') continue;
      const content = `${this.name} ${turn}`;
      // A message that is sent again keeps its number.
      expect(this.saved.get(content) ?? Number(seq)).toBe(Number(seq));
      this.saved.set(content, Number(seq));
    }
  }
}

describeEngines(`${PROCESSES} processes that append to one conversation, some of which are killed`, (context) => {
  it(
    `number its messages from 1 without gap or double, and lose and double none (${DURATION_MS / 1000} s, ${KILLS} kills)`,
    async ({ annotate }) => {
      const random = seeded(SEED);
      const url = await context.url();
      await using database = openDatabase({ url, env: {} });
      const chats = new Conversations(database, 'ada');
      const { id } = await chats.createConversation();
      const writers = Array.from({ length: PROCESSES }, (_, number) => new Writer(`writer ${number}`, [url, id]));
      await Promise.all(writers.map((writer) => writer.ready()));
      const end = Date.now() + DURATION_MS;
      for (let kill = 0; kill < KILLS; kill += 1) {
        await sleep((DURATION_MS / KILLS) * random());
        await writers[Math.floor(random() * PROCESSES)]!.killAndBeginAgain();
      }
      await sleep(Math.max(0, end - Date.now()));
      await Promise.all(writers.map((writer) => writer.ready()));
      await Promise.all(writers.map((writer) => writer.stop()));

      const acknowledged = new Map(writers.flatMap(({ saved }) => [...saved]));
      const raw = context.raw(url);
      const rows = await raw.query(
        'SELECT seq, id, parent_id, content FROM conversation_messages WHERE conversation_id = $1 ORDER BY seq',
        [id],
      );
      await raw.close();
      expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from(rows, (_, index) => index + 1));
      // Whoever was killed sent its last message again, so that all there are were acknowledged in the end.
      expect(new Map(rows.map(({ content, seq }) => [String(content), Number(seq)]))).toEqual(acknowledged);
      expect(acknowledged.size).toBe(rows.length);
      const parents = rows.slice(1).map((row) => row['parent_id']);
      expect(parents).toEqual(rows.slice(0, -1).map((row) => row['id']));
      expect(await chats.getConversation(id)).toMatchObject({
        messageCount: rows.length,
        activeLeafId: rows.at(-1)?.['id'],
      });
      await annotate(`${rows.length} messages of ${PROCESSES} processes`);
      // Otherwise this would show little.
      expect(rows.length).toBeGreaterThan(PROCESSES * 5);
    },
    240_000 + DURATION_MS * 10,
  );
});
