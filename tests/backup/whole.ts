import type { EngineContext } from '@keelson/db-core/testing';

/** What a restored database has of its own: a new epoch, no programs, and a search index that follows. */
const OWN = /^(?:change_(?:log|epoch|tables)|app_instances|search_(?!embeddings).*|schema_migrations)$/;

/** Every row of every table, as the engine shows it, to compare. */
export async function wholeOf(context: EngineContext, url: string): Promise<Record<string, string[]>> {
  const raw = context.raw(url);
  const tables = await raw.query(
    context.engine === 'sqlite'
      ? `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`
      : `SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  const whole: Record<string, string[]> = {};
  for (const { name } of tables) {
    if (OWN.test(String(name))) continue;
    const rows = await raw.query(`SELECT * FROM ${String(name)}`);
    whole[String(name)] = rows.map((row) => JSON.stringify(row)).sort();
  }
  await raw.close();
  return whole;
}
