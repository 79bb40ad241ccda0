import type { z } from 'zod';
import { ConfigurationError } from '../errors/index.ts';

/** One thing that is wrong with the configuration. */
export interface ConfigurationFault {
  /** The setting, or the file, that has to be changed. */
  readonly name: string;
  /** What stands there now, without secrets; absent where nothing does. */
  readonly given?: string;
  /** What to write instead. */
  readonly message: string;
}

const longest = 120;

/** What was given, fit for one line of a message. */
export function quoteGiven(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function inWords({ name, given, message }: ConfigurationFault): string {
  return given === undefined ? `${name}: ${message}` : `${name} is ${JSON.stringify(given)}: ${message}`;
}

/** The one error for all faults, so that a configuration is mended in one go. */
export function configurationError(faults: readonly ConfigurationFault[]): ConfigurationError {
  const lines = faults.map(inWords);
  const message =
    lines.length === 1
      ? `The configuration is invalid. ${lines[0]}`
      : `The configuration has ${lines.length} faults:\n${lines.map((line) => `- ${line}`).join('\n')}`;
  return new ConfigurationError(message, { details: { issues: faults } });
}

export function schemaFaults(error: z.ZodError, values: Readonly<Record<string, string>>): ConfigurationFault[] {
  return error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const given = values[name];
    return { name, ...(given === undefined ? {} : { given: quoteGiven(given) }), message: issue.message };
  });
}
