import { LockTimeoutError } from '../../errors/index.ts';
import type { Check } from './contract.ts';
import { holdersOf, inWords } from './holders.ts';

/** Asks for the turn to write, and gives it back. */
export const fileLock: Check = {
  name: 'lock of the file',
  engine: 'sqlite',
  needs: 'connection',
  run: async ({ engine, path, limits }) => {
    try {
      const transaction = await engine.begin({ mode: 'write', waitMs: limits.lockWaitMs });
      await transaction.rollback();
      return [];
    } catch (error) {
      if (!(error instanceof LockTimeoutError) || path === undefined) throw error;
      const who = inWords(holdersOf(path).filter(({ writes }) => writes));
      return [
        {
          code: 'FILE_LOCKED',
          severity: 'error',
          subject: path,
          message: `${path} has been locked by ${who} for ${limits.lockWaitMs} ms and more.`,
          meaning: 'Nobody else can write as long as it is.',
          remedy:
            'Let that process finish, or end it; what it had not committed is undone. Programs of Keelson end their transactions by DATABASE_TRANSACTION_TIMEOUT.',
        },
      ];
    }
  },
};
