/**
 * The one rule for every secret that signs or seals: an empty one is refused, and of a short one the log warns. How long
 * a text is says little of how random it is, so that no length is refused.
 */

/** 32 bytes: as many as HMAC-SHA256 makes (RFC 7518, 3.2). */
const LEAST_SECRET_BYTES = 32

/** How to get a good one. */
export const MAKE_SECRET = `at least ${LEAST_SECRET_BYTES} random bytes (openssl rand -hex 32)`

/** Whether no secret is given, or an empty one is among them. */
export function isEmptySecret(secrets: string | readonly string[]): boolean {
  const list = [secrets].flat()
  return list.length === 0 || list.some((secret) => typeof secret !== 'string' || secret.trim() === '')
}

/** What the log says of the shortest of these secrets, which `place` was given; nothing when all are long enough. */
export function secretWarnings(place: string, secrets: string | readonly string[]): string[] {
  const bytes = Math.min(...[secrets].flat().map((secret) => Buffer.byteLength(secret)))
  return bytes < LEAST_SECRET_BYTES
    ? [`${place} has ${bytes} bytes, which somebody could guess. Give ${MAKE_SECRET}.`]
    : []
}
