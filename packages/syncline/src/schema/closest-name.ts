/**
 * Finds the known name that somebody who wrote `wanted` most likely meant; undefined when none is within `most` letters.
 */
export function closestName(
  wanted: string,
  known: readonly string[],
  most = Math.max(2, Math.floor(wanted.length / 3)),
): string | undefined {
  if (wanted.length > LONGEST_COMPARED) return undefined
  let nearest: string | undefined
  let least = most + 1
  for (const name of known) {
    const distance = name.length > LONGEST_COMPARED ? least : editDistance(plain(wanted), plain(name))
    if (distance < least) {
      least = distance
      nearest = name
    }
  }
  return nearest
}

// Bounds what a stranger's name can cost: the distance takes time in proportion to both lengths.
const LONGEST_COMPARED = 64

const plain = (name: string) => name.replaceAll(/[_-]/g, '').toLowerCase()

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const letter of from) {
    let left = 0
    row = row.map((above, column) => {
      const replaced =
        column === 0 ? above + 1 : (row[column - 1] as number) + (letter === to[column - 1] ? 0 : 1)
      left = Math.min(replaced, above + 1, column === 0 ? replaced : left + 1)
      return left
    })
  }
  return row[to.length] as number
}
