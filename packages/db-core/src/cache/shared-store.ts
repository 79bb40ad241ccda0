/** Memory that several processes share, such as Redis. Whatever it does wrong, or not at all, makes a read slower and never wrong. */
export interface SharedStore {
  /** In the keys' order; undefined where there is none. */
  read(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  write(key: string, value: Uint8Array, ttlMs: number): Promise<void>;
  /** Writes the value under each key that has none, and gives what is there then. */
  claim(keys: readonly string[], value: Uint8Array, ttlMs: number): Promise<readonly Uint8Array[]>;
  remove(keys: readonly string[]): Promise<void>;
  /** Ends the connection without waiting. */
  close(): void;
}

/** Opens a new connection. `onBroken` is called when it ends by itself. */
export type ConnectStore = (onBroken: (error: Error) => void) => Promise<SharedStore>;
