/**
 * What a token may be for, and what it may do there. A domain with routes enters its area here; a test holds the list to the
 * routes that the API has.
 */
const ACTIONS = {
  conversations: ['read', 'write'],
  changes: ['read'],
} as const;

type ScopeArea = keyof typeof ACTIONS;

export const SCOPE_AREAS = Object.keys(ACTIONS) as readonly ScopeArea[];

/** What a route may ask for. */
export type Scope = { [Area in ScopeArea]: `${Area}:${(typeof ACTIONS)[Area][number]}` }[ScopeArea] | 'admin';

/** What a token may have: an area alone stands for all its actions, and `*` for everything, `admin` included. */
export const SCOPES: readonly string[] = [
  '*',
  'admin',
  ...SCOPE_AREAS.flatMap((area) => [area, ...ACTIONS[area].map((action) => `${area}:${action}`)]),
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
  const area = SCOPE_AREAS.find((each) => each === wanted);
  return area !== undefined && ACTIONS[area].every((action) => scopes.includes(`${area}:${action}`));
}

function holds(scopes: readonly string[], needed: string): boolean {
  const [area] = needed.split(':', 1);
  return scopes.some((scope) => scope === '*' || scope === needed || scope === area);
}
