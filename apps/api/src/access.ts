/** Who is asking, as their token says. */
export interface Principal {
  readonly tokenId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
}

/** Gives whom a token lets in; throws an `AuthenticationError` for one that lets nobody in. */
export type Authenticate = (token: string) => Promise<Principal>;
