/** Cuts what a server sent into frames. Servers do not mask. */

/** Calls `take` for every complete frame with the place of its payload; answers how many bytes they took. */
export function cutFrames(data: Buffer, take: (opcode: number, start: number, end: number) => void): number {
  const { length } = data
  let at = 0
  while (length - at >= 2) {
    const short = (data[at + 1] as number) & 0x7f
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (length - at < head) break
    const payload =
      short < 126
        ? short
        : short === 126
          ? ((data[at + 2] as number) << 8) | (data[at + 3] as number)
          : Number(data.readBigUInt64BE(at + 2))
    const end = at + head + payload
    if (end > length) break
    take((data[at] as number) & 0x0f, at + head, end)
    at = end
  }
  return at
}
