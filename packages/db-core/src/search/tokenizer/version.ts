import process from 'node:process';

/** Raised with every change of what words a text has. */
const RULES = 1;

/** What made an entry's words. Dictionaries are ICU's, and only some languages need them. */
export function tokenizerVersion(sourceVersion: string, usedDictionary: boolean): string {
  const rules = `${RULES}:${sourceVersion}`;
  return usedDictionary ? `${rules}:icu${process.versions['icu'] ?? '0'}` : rules;
}

/** Were these words made as they would be today? */
export function isCurrentVersion(version: string, sourceVersion: string): boolean {
  return version === tokenizerVersion(sourceVersion, false) || version === tokenizerVersion(sourceVersion, true);
}
