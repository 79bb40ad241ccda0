import type { ForeignFile } from '../../engine/sqlite/foreign-file.ts';
import { AdoptionSchemaError } from '../../errors/index.ts';
import type { Adopter, LegacyTable } from './adopter.ts';

/** Whose own table every database of this program has. */
const OWN_TABLES = ['schema_migrations', 'database_identity'];

/** Which system a file is of: the one that has most of its tables. @throws AdoptionSchemaError */
export function recognise(file: ForeignFile, adopters: readonly Adopter[]): Adopter {
  if (OWN_TABLES.every((name) => file.tables.has(name))) {
    throw new AdoptionSchemaError(`${file.path} is a database of this program already.`, {
      hint: 'Open it with --url, or DATABASE_URL.',
      details: { file: file.path },
    });
  }
  const [best] = adopters
    .map((adopter) => ({ adopter, tables: tablesOf(file, adopter).length }))
    .filter(({ tables }) => tables > 0)
    .sort((a, b) => b.tables - a.tables);
  if (best !== undefined) return best.adopter;
  const found = [...file.tables.values()].map(({ name, columns }) => `${name}(${columns.join(', ')})`);
  const known = adopters.map((adopter) => ({ system: adopter.system, tables: adopter.tables.map(({ name }) => name) }));
  throw new AdoptionSchemaError(
    `${file.path} is of no system that is known. Found: ${found.length === 0 ? 'no tables' : found.join(', ')}. Known: ${known
      .map((one) => `${one.system} (${one.tables.join(', ')})`)
      .join('; ')}.`,
    { details: { file: file.path, found, known } },
  );
}

/** The system's tables that the file has, in the order in which they are brought in. */
export function tablesOf(file: ForeignFile, { tables }: Adopter): readonly LegacyTable[] {
  return tables.filter(({ name, key }) => {
    const columns = file.tables.get(name)?.columns ?? [];
    return key.length > 0 && key.every((column) => columns.includes(column));
  });
}
