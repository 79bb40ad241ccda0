import { BUILT_IN_MODEL } from '../config/embedder.ts';
import type { Embedder } from './contract.ts';
import { unitVector } from './vector.ts';

const DIMENSIONS = 384;

/** A whole word tells more than one of its pieces. */
const WORD_WEIGHT = 1;
const PIECE_WEIGHT = 0.6;
const PIECE_LENGTHS = [3, 4];
const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/**
 * A model that is part of this package: it needs no service, no download and no time worth mentioning. It knows nothing of
 * meaning. It compares how words are spelt, whole and in pieces of three and four letters, so that it bears slips,
 * inflection and compounds ("invoice", "invoices", "invocie") in any language with an alphabet, and finds no synonyms. For
 * tests and small use; everything else deserves a model that was trained.
 */
export function hashedEmbedder(): Embedder {
  return {
    // Its number changes with everything that changes a vector, so that old ones are made anew.
    model: BUILT_IN_MODEL,
    dimensions: DIMENSIONS,
    embed: async (texts, { signal } = {}) => {
      signal?.throwIfAborted();
      return texts.map(hashedVector);
    },
  };
}

/** Feature hashing: each feature adds to one of the numbers, or takes from it, as its hash says. */
function hashedVector(text: string): Float32Array {
  const sums = new Float64Array(DIMENSIONS);
  for (const [feature, { count, weight }] of featuresOf(text)) {
    const hash = hashOf(feature);
    const place = (hash >>> 1) % DIMENSIONS;
    // The second mention of a word says less than the first.
    const worth = weight * (1 + Math.log(count));
    sums[place] = (sums[place] ?? 0) + ((hash & 1) === 1 ? worth : -worth);
  }
  // Without a letter or digit, or where features cancel each other out, some direction is needed all the same.
  return unitVector(sums) ?? Float32Array.from({ length: DIMENSIONS }, (_, index) => (index === 0 ? 1 : 0));
}

interface Feature {
  count: number;
  readonly weight: number;
}

function featuresOf(text: string): Map<string, Feature> {
  const features = new Map<string, Feature>();
  const add = (name: string, weight: number): void => {
    const known = features.get(name);
    if (known === undefined) features.set(name, { count: 1, weight });
    else known.count += 1;
  };
  for (const [word] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    add(`= ${word}`, WORD_WEIGHT);
    const marked = Array.from(`<${word}>`);
    for (const length of PIECE_LENGTHS) {
      for (let start = 0; start + length <= marked.length; start += 1) {
        add(marked.slice(start, start + length).join(''), PIECE_WEIGHT / Math.sqrt(marked.length));
      }
    }
  }
  return features;
}

/** FNV-1a, with its bits mixed once more: the lowest one decides the sign. */
function hashOf(feature: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < feature.length; index += 1) {
    hash ^= feature.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
