/** Deeper values are left to those who look for circles. */
const DEEPEST = 50;

/**
 * Is it what JSON has, and nothing else? Then a serializer that writes JSON writes what `JSON.stringify` does, and only takes
 * several times as long, because it asks for each member whether it is something else.
 */
export function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return true;
  if (typeof value !== 'object' || depth > DEEPEST) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isPlain(item, depth + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const [key, member] of Object.entries(value)) {
    // By this member LangGraph knows what one task sends to another, whatever its class.
    if (key === 'lg_name' || !isPlain(member, depth + 1)) return false;
  }
  return true;
}
