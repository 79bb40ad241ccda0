import { setTimeout as sleep } from 'node:timers/promises';
import { backoffDelay } from '../resilience/retry.ts';
import type { Embedder, EmbedOptions } from './contract.ts';
import { EmbedderAccessError, EmbedderError, EmbedderTimeoutError, EmbedderUnavailableError } from './errors.ts';
import { readAnswer, refusalOf } from './http-answer.ts';

export interface HttpEmbedderOptions {
  /** What stands before `/embeddings`, such as `https://api.openai.com/v1`. */
  readonly url: string;
  readonly model: string;
  /** How many numbers the model's vectors have. */
  readonly dimensions: number;
  readonly apiKey?: string | undefined;
  /** Asks for vectors of that many numbers. For models that can shorten theirs; others refuse it. Default: false. */
  readonly shorten?: boolean;
  /** Texts in one request. Default: 64. */
  readonly batchSize?: number;
  /** For one request, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Tries of one request in all. Default: 4. */
  readonly attempts?: number;
}

const BASE_DELAY_MS = 500;
/** Whoever says that it takes longer is believed, and not waited for. */
const LONGEST_WAIT_MS = 60_000;

/**
 * A model behind an HTTP API like that of OpenAI, which most servers of models speak. What passes by itself (an overloaded
 * service, a lost connection) is tried again, as late as the service asks for.
 */
export function httpEmbedder(options: HttpEmbedderOptions): Embedder {
  const { model, dimensions, batchSize = 64 } = options;
  return {
    model,
    dimensions,
    embed: async (texts, { signal } = {}) => {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += batchSize) {
        vectors.push(...(await requestPatiently(options, texts.slice(start, start + batchSize), signal)));
      }
      return vectors;
    },
  };
}

async function requestPatiently(
  options: HttpEmbedderOptions,
  texts: readonly string[],
  signal: EmbedOptions['signal'],
): Promise<readonly Float32Array[]> {
  const { attempts = 4 } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await request(options, texts, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof EmbedderError) || !error.retriable || attempt >= attempts) throw error;
      const asked = error.details['retryAfterMs'];
      const delayMs =
        typeof asked === 'number' ? asked : backoffDelay(attempt, { baseDelayMs: BASE_DELAY_MS }, Math.random());
      if (delayMs > LONGEST_WAIT_MS) throw error;
      await sleep(delayMs, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

async function request(
  options: HttpEmbedderOptions,
  texts: readonly string[],
  signal: EmbedOptions['signal'],
): Promise<readonly Float32Array[]> {
  const { url, model, dimensions, apiKey, shorten = false, timeoutMs = 30_000 } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const address = `${url.replace(/\/+$/, '')}/embeddings`;
  let status: number;
  let retryAfter: string | null;
  let text: string;
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ model, input: texts, encoding_format: 'float', ...(shorten ? { dimensions } : {}) }),
      // A key must not follow to another place.
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    ({ status } = response);
    retryAfter = response.headers.get('retry-after');
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    if (timeout.aborted)
      throw new EmbedderTimeoutError(`The embedder at ${address} did not answer within ${timeoutMs} ms.`, { cause });
    throw new EmbedderUnavailableError(`The embedder at ${address} can't be reached.`, { cause });
  }
  if (status !== 200) throw refused({ address, status, retryAfter, reason: refusalOf(text, apiKey) });
  return readAnswer(text, { address, count: texts.length, dimensions });
}

interface Refusal {
  readonly address: string;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly reason: string;
}

const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

function refused({ address, status, retryAfter, reason }: Refusal): EmbedderError {
  const message = `The embedder at ${address} answered ${status}${reason === '' ? '' : `: ${reason}`}.`;
  if (status === 401 || status === 403) return new EmbedderAccessError(message, { details: { status } });
  if (!PASSING.has(status)) return new EmbedderError(message, { details: { status } });
  const retryAfterMs = retryAfterOf(retryAfter);
  return new EmbedderUnavailableError(message, {
    details: { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  });
}

/** Seconds, or a date. */
function retryAfterOf(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
