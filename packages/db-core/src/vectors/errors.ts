import { defineError } from '../errors/index.ts';

/** Base of what goes wrong with the service that makes vectors. `details` has `status` where it answered with one. */
export class EmbedderError extends defineError<string>({
  code: 'EMBEDDER_FAILED',
  title: 'The service that makes vectors refused the request',
  status: 502,
  exitCode: 1,
  retriable: false,
  hint: 'Compare EMBEDDER_MODEL and EMBEDDER_DIMENSIONS with what the service offers; the message has its answer.',
}) {}

export class EmbedderUnavailableError extends defineError(
  {
    code: 'EMBEDDER_UNAVAILABLE',
    title: 'The service that makes vectors can not be reached, or is overloaded',
    status: 503,
    exitCode: 1,
    retriable: true,
    hint: 'Try again later; if it stays so, check EMBEDDER_URL and the state of the service.',
  },
  EmbedderError,
) {}

export class EmbedderTimeoutError extends defineError(
  {
    code: 'EMBEDDER_TIMEOUT',
    title: 'The service that makes vectors did not answer in time',
    status: 504,
    exitCode: 1,
    retriable: true,
    hint: 'Try again later, or raise EMBEDDER_TIMEOUT, or lower EMBEDDER_BATCH_SIZE.',
  },
  EmbedderError,
) {}

export class EmbedderAccessError extends defineError(
  {
    code: 'EMBEDDER_ACCESS',
    title: 'The service that makes vectors does not accept the key',
    status: 502,
    exitCode: 2,
    retriable: false,
    hint: 'Set EMBEDDER_API_KEY to a key that may use the model.',
  },
  EmbedderError,
) {}

export class EmbedderAnswerError extends defineError(
  {
    code: 'EMBEDDER_ANSWER',
    title: 'The answer of the service that makes vectors can not be used',
    status: 502,
    exitCode: 1,
    retriable: false,
    hint: 'EMBEDDER_URL must lead to an API like that of OpenAI, and EMBEDDER_DIMENSIONS must be what the model gives.',
  },
  EmbedderError,
) {}

export class VectorIndexUnavailableError extends defineError({
  code: 'VECTOR_INDEX_UNAVAILABLE',
  title: 'The database has no extension to search vectors with',
  status: 409,
  exitCode: 2,
  retriable: false,
  hint: 'Install what the message names. Without it vectors are searched by an exact scan, which is slower and needs nothing.',
}) {}

export class NoEmbedderError extends defineError({
  code: 'NO_EMBEDDER',
  title: 'There is no model to search by meaning with',
  status: 409,
  exitCode: 2,
  retriable: false,
  hint: 'Set EMBEDDER_MODEL, and EMBEDDER_URL for a service; or search by words (mode text).',
}) {}
