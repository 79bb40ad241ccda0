import { defineError } from './keelson-error.ts';

export class ResyncRequiredError extends defineError({
  code: 'RESYNC_REQUIRED',
  title: 'The changes since this position are no longer to be had',
  status: 410,
  exitCode: 1,
  retriable: false,
  hint: 'Take the position of now, read what you follow anew, and go on from that position.',
}) {}
