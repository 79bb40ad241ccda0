import { ConfigurationError } from '../errors/index.ts';

/** PostgreSQL cuts longer names off without a word, and two cut names may then be one. */
const LONGEST_NAME = 63;
const NAME = /^[a-z][a-z0-9_]*$/;

/** A table's, column's, index's or constraint's name, quoted for both engines. Refuses what they would treat differently. */
export function quoteName(name: string): string {
  if (!NAME.test(name))
    throw new ConfigurationError(
      `"${name}" is no name for a table, column or index: use lower-case letters, digits and _.`,
    );
  if (name.length > LONGEST_NAME)
    throw new ConfigurationError(`The name "${name}" is longer than ${LONGEST_NAME} characters.`);
  return `"${name}"`;
}

/** Any name: there may be tables that others made. */
export function quoteAnyName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteNames(names: readonly string[]): string {
  return names.map(quoteName).join(', ');
}

/** A string as an SQL literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
