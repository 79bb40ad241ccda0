import { type ConfigurationFault, quoteGiven, schemaFaults } from './faults.ts';
import { embedderSettings } from './settings.ts';
import type { EmbedderConfig } from './types.ts';

/** The model that needs no service. */
export const BUILT_IN_MODEL = 'keelson-hashed-v1';
const MOST_DIMENSIONS = 8192;
const LONGEST_MODEL = 200;

export interface EmbedderReading {
  /** Undefined where none is asked for. */
  readonly config: EmbedderConfig | undefined;
  readonly faults: readonly ConfigurationFault[];
}

export function readEmbedder(values: Readonly<Record<string, string>>): EmbedderReading {
  const settings = embedderSettings.safeParse(values);
  if (!settings.success) return { config: undefined, faults: schemaFaults(settings.error, values) };
  const { EMBEDDER_MODEL: model, EMBEDDER_URL: url, EMBEDDER_DIMENSIONS: dimensions } = settings.data;
  const faults = faultsOf({ model, url, dimensions });
  if (model === undefined || faults.length > 0) return { config: undefined, faults };
  if (url === undefined) return { config: { model, service: undefined }, faults };
  const service = {
    url,
    apiKey: settings.data.EMBEDDER_API_KEY,
    dimensions: Number(dimensions),
    shorten: settings.data.EMBEDDER_SHORTEN,
    batchSize: settings.data.EMBEDDER_BATCH_SIZE,
    timeoutMs: settings.data.EMBEDDER_TIMEOUT,
  };
  return { config: { model, service }, faults };
}

interface Given {
  readonly model: string | undefined;
  readonly url: string | undefined;
  readonly dimensions: string | undefined;
}

function faultsOf({ model, url, dimensions }: Given): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  const fault = (name: string, given: string | undefined, message: string): void => {
    faults.push({ name, ...(given === undefined ? {} : { given: quoteGiven(given) }), message });
  };
  if (model !== undefined && model.length > LONGEST_MODEL)
    fault('EMBEDDER_MODEL', undefined, `write at most ${LONGEST_MODEL} characters`);
  if (url === undefined) {
    if (model !== undefined && model !== BUILT_IN_MODEL)
      fault('EMBEDDER_URL', undefined, `not set: write where ${model} is, or EMBEDDER_MODEL=${BUILT_IN_MODEL}`);
    if (model === undefined && dimensions !== undefined)
      fault('EMBEDDER_MODEL', undefined, 'not set, but EMBEDDER_DIMENSIONS is: write the model');
    return faults;
  }
  // The value isn't repeated: it may have a key in it.
  if (!/^https?:\/\/[^\s?#]+$/.test(url) || !URL.canParse(url))
    fault('EMBEDDER_URL', undefined, 'write what stands before /embeddings, such as https://api.openai.com/v1');
  if (model === undefined) fault('EMBEDDER_MODEL', undefined, 'not set: write the model that EMBEDDER_URL offers');
  if (model === BUILT_IN_MODEL)
    fault('EMBEDDER_MODEL', model, 'this one is built in: write the model that EMBEDDER_URL offers, or no URL');
  const isNumber = /^\d{1,4}$/.test(dimensions ?? '');
  if (!isNumber || Number(dimensions) < 1 || Number(dimensions) > MOST_DIMENSIONS)
    fault('EMBEDDER_DIMENSIONS', dimensions, `write how many numbers the model gives, from 1 to ${MOST_DIMENSIONS}`);
  return faults;
}
