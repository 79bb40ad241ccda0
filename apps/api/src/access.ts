/** What a token may do; `area` alone stands for all actions of the area, and `*` for everything. */
export type Scope = 'conversations:read' | 'conversations:write' | 'admin';

/** Who is asking, as their token says. */
export interface Principal {
  readonly tokenId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
}

/** Gives whom a token lets in; throws an `AuthenticationError` for one that lets nobody in. */
export type Authenticate = (token: string) => Promise<Principal>;

/** @example `grants(['conversations'], 'conversations:read') // true` */
export function grants(scopes: readonly string[], needed: Scope): boolean {
  const [area] = needed.split(':', 1);
  return scopes.some((scope) => scope === '*' || scope === needed || scope === area);
}
