/** FNV-1a over UTF-16 units, as a signed 32-bit integer that is never 0; 0 stands for "no key". */
export function keyHash(key: string | undefined): number {
  if (key === undefined) return 0
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  return hash | 0 || 1
}
