/**
 * What a token may be for. A domain with routes enters its area here; a test holds the list to the routes that the API
 * has.
 */
export const SCOPE_AREAS = ['conversations'] as const;
export const SCOPE_ACTIONS = ['read', 'write'] as const;

type ScopeArea = (typeof SCOPE_AREAS)[number];
type ScopeAction = (typeof SCOPE_ACTIONS)[number];

/** What a route may ask for. */
export type Scope = `${ScopeArea}:${ScopeAction}` | 'admin';

/** What a token may have: an area alone stands for all its actions, and `*` for everything, `admin` included. */
export const SCOPES: readonly string[] = [
  '*',
  'admin',
  ...SCOPE_AREAS.flatMap((area) => [area, ...SCOPE_ACTIONS.map((action) => `${area}:${action}`)]),
];

/** @example `grants(['conversations'], 'conversations:read') // true` */
export function grants(scopes: readonly string[], needed: Scope): boolean {
  return holds(scopes, needed);
}

/**
 * May somebody with these scopes give away that one? Nobody gives more than they have.
 *
 * @example `covers(['conversations:read'], 'conversations') // false`
 */
export function covers(scopes: readonly string[], wanted: string): boolean {
  if (holds(scopes, wanted)) return true;
  const isArea = SCOPE_AREAS.some((area) => area === wanted);
  return isArea && SCOPE_ACTIONS.every((action) => scopes.includes(`${wanted}:${action}`));
}

function holds(scopes: readonly string[], needed: string): boolean {
  const [area] = needed.split(':', 1);
  return scopes.some((scope) => scope === '*' || scope === needed || scope === area);
}
