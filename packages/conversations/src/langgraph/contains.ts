/**
 * Is everything of `part` in `whole`? As PostgreSQL's `@>` for JSON: of objects the named members, of lists each element
 * somewhere, and what is neither must be the same. A list also contains a single value that is in it.
 */
export function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole) && !Array.isArray(part) && !isObject(part)) return whole.some((item) => same(item, part));
  return containsSameKind(whole, part);
}

/** Only at the top may a list stand for a value in it. */
function containsSameKind(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.every((wanted) => whole.some((item) => containsSameKind(item, wanted)));
  }
  if (isObject(part)) {
    return (
      isObject(whole) &&
      Object.entries(part).every(
        ([key, wanted]) => wanted === undefined || (Object.hasOwn(whole, key) && containsSameKind(whole[key], wanted)),
      )
    );
  }
  return same(whole, part);
}

function same(left: unknown, right: unknown): boolean {
  return left === right;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
