import { createHmac, timingSafeEqual } from 'node:crypto';
import { CsrfError } from './errors.ts';

/**
 * What a page of ours sends with every change besides the cookie, and no other page can know. It follows from the
 * session's token, so that nothing is stored and it ends with the session.
 */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('keelson: csrf').digest('base64url');
}

/** @throws CsrfError when it isn't the session's */
export function assertCsrfToken(sessionToken: string, given: unknown): void {
  const wanted = Buffer.from(csrfTokenOf(sessionToken));
  const sent = Buffer.from(typeof given === 'string' ? given : '');
  if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted))
    throw new CsrfError('The CSRF token is missing or not that of the session.');
}
