import { ConflictError, defineError } from '../errors/index.ts';

export class ErasureOutrunError extends defineError(
  {
    code: 'ERASURE_OUTRUN',
    title: 'Rows of the owner are written faster than they are erased',
    status: 409,
    exitCode: 1,
    retriable: false,
    hint: 'Stop the programs that write for this owner, then erase again: it goes on where it is.',
  },
  ConflictError,
) {}
