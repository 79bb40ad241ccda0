import { KeelsonError } from '@keelson/db-core';

/** The error that the work ends with; anything but one of the catalogue fails the test. */
export async function refusalOf(work: PromiseLike<unknown> | (() => PromiseLike<unknown>)): Promise<KeelsonError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof KeelsonError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
