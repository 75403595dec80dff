/** Codes of refusals that a device answers by itself. */

/** Signing in, or a fresh token, is what is needed; without one, a page of a foreign origin is refused for ever. */
export const SIGN_IN: ReadonlySet<string> = new Set([
  'unauthenticated',
  'token_expired',
  'session_ended',
  'foreign_origin',
])

/** The device takes a new name. */
export const RENAME: ReadonlySet<string> = new Set(['device_copied', 'device_taken'])
