import { countLongRuns, hasLongRun } from './long-runs.ts';

/** How many tokens a text has. */
export type CountText = (text: string) => number;

/** Texts up to so many UTF-16 units are counted whole; of longer ones samples are, which tell how long the rest is. */
const MAX_COUNTED = 32_768;
const SAMPLES = 8;
const SAMPLE_LENGTH = 2_048;

let loading: Promise<CountText> | undefined;

/**
 * The counter of the encoding `o200k_base`, loaded at its first use: that takes a quarter of a second and 65 MB, which
 * programs that count nothing do without.
 */
export function loadTokenizer(): Promise<CountText> {
  loading ??= load();
  return loading;
}

async function load(): Promise<CountText> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // What looks like a control token is text here: somebody wrote it.
  const options = { disallowedSpecial: new Set<string>() };
  return bounded((text) => countTokens(text, options));
}

/**
 * A counter whose time grows no faster than the text. A tokenizer merges the pieces of a word pair by pair: 100,000 letters
 * without a space take seconds. So long runs are counted in slices, and very long texts by samples.
 */
export function bounded(count: CountText): CountText {
  const countSlice = (text: string): number => (hasLongRun(text) ? countLongRuns(text, count) : count(text));
  return (text) => (text.length <= MAX_COUNTED ? countSlice(text) : estimate(text, countSlice));
}

/** From samples at even distances; rounded up, so that a budget is rather kept than broken. */
function estimate(text: string, count: CountText): number {
  const step = (text.length - SAMPLE_LENGTH) / (SAMPLES - 1);
  let tokens = 0;
  for (let number = 0; number < SAMPLES; number += 1) {
    const start = Math.floor(number * step);
    tokens += count(text.slice(start, start + SAMPLE_LENGTH).toWellFormed());
  }
  return Math.ceil((tokens / (SAMPLES * SAMPLE_LENGTH)) * text.length);
}
