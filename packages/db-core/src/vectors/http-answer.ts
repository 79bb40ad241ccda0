import * as z from 'zod';
import { EmbedderAnswerError } from './errors.ts';

const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.array(z.number()) })),
});

const refusalSchema = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
]);

const LONGEST_REASON = 300;

interface Expected {
  readonly address: string;
  readonly count: number;
  readonly dimensions: number;
}

/** The vectors in the order of the texts. @throws EmbedderAnswerError that says what is wrong with the answer */
export function readAnswer(text: string, { address, count, dimensions }: Expected): readonly Float32Array[] {
  const wrong = (what: string, cause?: unknown): EmbedderAnswerError =>
    new EmbedderAnswerError(`The embedder at ${address} gave an answer that can't be used: ${what}.`, { cause });
  const parsed = answerSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw wrong('it is not `{"data":[{"embedding":[…]}]}`', parsed.error);
  const { data } = parsed.data;
  if (data.length !== count) throw wrong(`${data.length} vectors for ${count} texts`);
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const [place, { index = place, embedding }] of data.entries()) {
    if (embedding.length !== dimensions)
      throw wrong(`vectors of ${embedding.length} numbers, where ${dimensions} are expected`);
    if (index >= count || vectors[index] !== undefined) throw wrong(`the index ${index} of ${count} texts`);
    vectors[index] = Float32Array.from(embedding);
  }
  return vectors.filter((vector) => vector !== undefined);
}

/** What the service says of why it refused: short, on one line, and without the key that it may repeat. */
export function refusalOf(text: string, apiKey: string | undefined): string {
  const parsed = refusalSchema.safeParse(jsonOf(text));
  const reason = (parsed.success ? parsed.data : '').replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  const safe = apiKey === undefined ? reason : reason.replaceAll(apiKey, '***');
  return safe.length > LONGEST_REASON ? `${safe.slice(0, LONGEST_REASON)}…` : safe;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
