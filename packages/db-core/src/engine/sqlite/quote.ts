/** Any name: there may be tables that others made. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quotedAll(names: readonly string[]): string {
  return names.map(quoted).join(', ');
}

/** A string as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
