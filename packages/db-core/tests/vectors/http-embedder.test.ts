import { afterEach, describe, expect, it } from 'vitest';
import {
  EmbedderAccessError,
  EmbedderAnswerError,
  EmbedderError,
  EmbedderTimeoutError,
  EmbedderUnavailableError,
  httpEmbedder,
  type HttpEmbedderOptions,
} from '../../src/index.ts';
import { answer, type Answering, type EmbeddingServer, startEmbeddingServer, vectorFor } from './embedding-server.ts';

let server: EmbeddingServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function embedderWith(answering?: Answering, options: Partial<HttpEmbedderOptions> = {}) {
  server = await startEmbeddingServer(answering);
  return httpEmbedder({ url: server.url, model: 'small', dimensions: 3, ...options });
}

describe('an embedder behind HTTP', () => {
  it('sends what the protocol asks for, and gives the vectors in the order of the texts', async () => {
    const embedder = await embedderWith(undefined, { apiKey: 'secret' });
    const vectors = await embedder.embed(['apple', 'fig', 'éclair']);
    expect(vectors.map((vector) => [...vector])).toEqual(['apple', 'fig', 'éclair'].map(vectorFor));
    const [request] = server!.requests;
    expect(request!.path).toBe('/v1/embeddings');
    expect(request!.headers.authorization).toBe('Bearer secret');
    expect(request!.body).toEqual({ model: 'small', input: ['apple', 'fig', 'éclair'], encoding_format: 'float' });
  });

  it('sends no key and no dimensions that nobody gave', async () => {
    const embedder = await embedderWith();
    await embedder.embed(['a']);
    expect(server!.requests[0]!.headers.authorization).toBeUndefined();
    expect(server!.requests[0]!.body.dimensions).toBeUndefined();
  });

  it('asks for shorter vectors where it is told to', async () => {
    const embedder = await embedderWith(undefined, { shorten: true });
    await embedder.embed(['a']);
    expect(server!.requests[0]!.body.dimensions).toBe(3);
  });

  it('sends no more texts at once than it may', async () => {
    const embedder = await embedderWith(undefined, { batchSize: 2 });
    const texts = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];
    expect((await embedder.embed(texts)).map((vector) => vector[0])).toEqual([1, 2, 3, 4, 5]);
    expect(server!.requests.map(({ body }) => body.input.length)).toEqual([2, 2, 1]);
    expect(await embedder.embed([])).toEqual([]);
    expect(server!.requests).toHaveLength(3);
  });

  it('tries again when the service is overloaded, not before it asks for it', async () => {
    const times: number[] = [];
    const embedder = await embedderWith((response, _, number) => {
      times.push(performance.now());
      return number === 1
        ? answer(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '0.2' })
        : undefined;
    });
    await embedder.embed(['a']);
    expect(times).toHaveLength(2);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(190);
  });

  it('reads a date as well', async () => {
    const past = new Date(Date.now() - 60_000).toUTCString();
    const embedder = await embedderWith((response, _, number) =>
      number <= 2 ? answer(response, 503, '', { 'retry-after': past }) : undefined,
    );
    await embedder.embed(['a']);
    expect(server!.requests).toHaveLength(3);
  });

  it('does not wait for as long as an hour', async () => {
    const embedder = await embedderWith((response) => answer(response, 429, '', { 'retry-after': '3600' }));
    const failing = embedder.embed(['a']);
    await expect(failing).rejects.toThrow(EmbedderUnavailableError);
    await expect(failing).rejects.toMatchObject({ retriable: true, details: { status: 429, retryAfterMs: 3_600_000 } });
    expect(server!.requests).toHaveLength(1);
  });

  it('gives up after its tries', async () => {
    const embedder = await embedderWith((response) => answer(response, 500, 'oops', { 'retry-after': '0' }), {
      attempts: 3,
    });
    await expect(embedder.embed(['a'])).rejects.toThrow(EmbedderUnavailableError);
    expect(server!.requests).toHaveLength(3);
  });

  it.each([
    [401, EmbedderAccessError],
    [403, EmbedderAccessError],
    [400, EmbedderError],
    [404, EmbedderError],
    [302, EmbedderError],
  ])('does not repeat what was answered with %i', async (status, Expected) => {
    const reason = { error: { message: 'Bad key  secret-key\nfor model' } };
    const embedder = await embedderWith((response) => answer(response, status, reason, { location: '/elsewhere' }), {
      apiKey: 'secret-key',
    });
    const error = await embedder.embed(['a']).catch((thrown: unknown) => thrown as EmbedderError);
    expect(error).toBeInstanceOf(Expected);
    expect(error).toMatchObject({ retriable: false, details: { status } });
    expect((error as Error).message).toBe(
      `The embedder at ${server!.url}/embeddings answered ${status}: Bad key *** for model.`,
    );
    expect(server!.requests).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ['is no JSON', '<html>'],
    ['has another shape', { vectors: [] }],
    ['has too few vectors', { data: [] }],
    [
      'has vectors of another length',
      {
        data: [
          { index: 0, embedding: [1, 2] },
          { index: 1, embedding: [1, 2] },
        ],
      },
    ],
    [
      'has an index twice',
      {
        data: [
          { index: 0, embedding: [1, 2, 3] },
          { index: 0, embedding: [1, 2, 3] },
        ],
      },
    ],
    [
      'has an index of nothing',
      {
        data: [
          { index: 0, embedding: [1, 2, 3] },
          { index: 7, embedding: [1, 2, 3] },
        ],
      },
    ],
    [
      'has no numbers',
      {
        data: [
          { index: 0, embedding: ['a'] },
          { index: 1, embedding: [null] },
        ],
      },
    ],
  ])('refuses an answer that %s', async (_, body) => {
    const embedder = await embedderWith((response) => answer(response, 200, body));
    await expect(embedder.embed(['a', 'b'])).rejects.toThrow(EmbedderAnswerError);
    expect(server!.requests).toHaveLength(1);
  });

  it('says so when it takes too long', async () => {
    const embedder = await embedderWith(() => true, { timeoutMs: 50, attempts: 1 });
    await expect(embedder.embed(['a'])).rejects.toThrow(EmbedderTimeoutError);
  });

  it('says so when nobody is there', async () => {
    const embedder = await embedderWith(undefined, { attempts: 1 });
    await server!.close();
    await expect(embedder.embed(['a'])).rejects.toThrow(EmbedderUnavailableError);
  });

  it('survives a connection that breaks off', async () => {
    const embedder = await embedderWith((response, _, number) => {
      if (number > 1) return undefined;
      response.socket?.destroy();
      return true;
    });
    expect(await embedder.embed(['a'])).toHaveLength(1);
  });

  it('ends at once when it is told to, in a request and between two tries', async () => {
    const ending = new AbortController();
    const reason = new Error('enough');
    const slow = await embedderWith(() => {
      setTimeout(() => ending.abort(reason), 20);
      return true;
    });
    await expect(slow.embed(['a'], { signal: ending.signal })).rejects.toBe(reason);
    await server!.close();
    const waiting = new AbortController();
    const overloaded = await embedderWith((response) => {
      setTimeout(() => waiting.abort(reason), 20);
      return answer(response, 503, '', { 'retry-after': '30' });
    });
    await expect(overloaded.embed(['a'], { signal: waiting.signal })).rejects.toBe(reason);
    expect(server!.requests).toHaveLength(1);
  });
});
