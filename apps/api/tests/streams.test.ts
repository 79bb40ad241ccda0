import { Conversations } from '@keelson/conversations';
import { describeEngines } from '@keelson/db-core/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openApi, problem, type TestApi } from './testing/api.ts';

interface Event {
  readonly event: string;
  readonly id: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they know it to be
  readonly data: any;
}

/** A client as browsers have one: events with data are given, the others only move the last id. */
class Client {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #leave: AbortController;
  #text = '';
  lastId = '';

  private constructor(reader: ReadableStreamDefaultReader<string>, leave: AbortController) {
    this.#reader = reader;
    this.#leave = leave;
  }

  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<Client> {
    const leave = new AbortController();
    const response = await fetch(url, { headers, signal: leave.signal });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const client = new Client(response.body!.pipeThrough(new TextDecoderStream()).getReader(), leave);
    onTestFinished(() => client.close());
    return client;
  }

  /** The next event that has data; undefined when the stream has ended. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        this.#text += value;
        continue;
      }
      const fields = Object.fromEntries(
        this.#text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      ) as Record<string, string>;
      this.#text = this.#text.slice(end + 2);
      this.lastId = fields['id'] ?? this.lastId;
      const { event, data } = fields;
      if (event !== undefined && data !== undefined) return { event, id: this.lastId, data: JSON.parse(data) };
    }
  }

  async until(isIt: (event: Event) => boolean): Promise<Event[]> {
    const seen: Event[] = [];
    for (;;) {
      const event = await this.next();
      if (event === undefined) throw new Error(`The stream ended after ${JSON.stringify(seen)}.`);
      seen.push(event);
      if (isIt(event)) return seen;
    }
  }

  close(): void {
    this.#leave.abort();
  }
}

describeEngines('streams of events', (context) => {
  interface Listening extends TestApi, AsyncDisposable {
    open(path: string, user?: string, lastId?: string): Promise<Client>;
  }

  /** Closed at the end of a test, before anybody looks whether the database is still in use. */
  async function listening(): Promise<Listening> {
    const api = await openApi(context);
    const address = await api.server.listen({ host: '127.0.0.1', port: 0 });
    return {
      ...api,
      open: async (path, user = 'ada', lastId) => {
        const token = await api.tokenFor(user, 'conversations:read', 'changes:read');
        const headers = {
          authorization: `Bearer ${token}`,
          ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
        };
        return Client.open(`${address}${path}`, headers);
      },
      [Symbol.asyncDispose]: () => api.server.close(),
    };
  }

  it("tell a user's changes to that user alone, and go on where they were left", async () => {
    await using api = await listening();
    const { database, open } = api;
    const [ada, eve] = [new Conversations(database, 'ada'), new Conversations(database, 'eve')];
    const [adas, eves] = [await open('/v1/changes'), await open('/v1/changes', 'eve')];
    expect((await adas.next())?.event).toBe('ready');
    expect((await eves.next())?.event).toBe('ready');
    const hers = await eve.createConversation({});
    const first = await ada.createConversation({});
    expect(await adas.next()).toMatchObject({
      event: 'change',
      data: { table: 'conversations', operation: 'insert', key: first.id, at: expect.any(String) },
    });
    expect((await eves.next())?.data).toMatchObject({ key: hers.id });
    adas.close();
    const second = await ada.createConversation({});
    const again = await open('/v1/changes', 'ada', adas.lastId);
    const told = await again.until(({ data }) => data.key === second.id);
    expect(told.map(({ data }) => data.key)).toEqual([undefined, second.id]);
  });

  it('tell what happens in a conversation, and end with it', async () => {
    await using api = await listening();
    const { database, open } = api;
    const chats = new Conversations(database, 'ada');
    const { id: conversationId } = await chats.createConversation({ title: 'Talk' });
    const client = await open(`/v1/conversations/${conversationId}/events`);
    await client.until(({ event }) => event === 'ready');
    const message = await chats.saveUserMessage({ conversationId, content: 'Hello\nyou' });
    const told = await client.until(({ event }) => event === 'conversation');
    expect(told[0]).toMatchObject({ event: 'message', data: { id: message.id, content: 'Hello\nyou', seq: 1 } });
    expect(told.at(-1)).toMatchObject({ data: { id: conversationId, messageCount: 1, activeLeafId: message.id } });
    await chats.deleteConversation(conversationId);
    await client.until(({ event }) => event === 'deleted');
    expect(await client.next()).toBeUndefined();
  });

  it('say when there is no way from the last event to now', async () => {
    await using api = await listening();
    const { database, open } = api;
    const chats = new Conversations(database, 'ada');
    const before = await database.changes.position();
    await database.changes.startEpoch();
    const client = await open('/v1/changes', 'ada', before);
    expect(await client.until(({ event }) => event === 'resync')).toHaveLength(2);
    const { id } = await chats.createConversation({});
    expect((await client.next())?.data).toMatchObject({ key: id });
  });

  it('end when the server closes', async () => {
    await using api = await listening();
    const { open, server } = api;
    const client = await open('/v1/changes');
    await client.next();
    await server.close();
    expect(await client.next()).toBeUndefined();
  });

  it('refuse what is no position, what belongs to others, and more than anybody needs', async () => {
    await using api = await listening();
    const { call, open, tokenFor, database } = api;
    const token = await tokenFor('ada', 'changes:read');
    expect(await call('GET', '/v1/changes?after=nonsense', { token })).toMatchObject({
      status: 422,
      body: problem('VALIDATION', 422),
    });
    expect(await call('GET', '/v1/changes')).toMatchObject({ status: 403 });
    const { id } = await new Conversations(database, 'eve').createConversation({});
    expect(await call('GET', `/v1/conversations/${id}/events`)).toMatchObject({ status: 404 });
    const first = await open('/v1/changes');
    await Promise.all(Array.from({ length: 99 }, () => open('/v1/changes')));
    expect(await call('GET', '/v1/changes', { token })).toMatchObject({
      status: 429,
      body: problem('TOO_MANY_STREAMS', 429),
    });
    first.close();
    await expect
      .poll(() =>
        open('/v1/changes').then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });
});
