/** Order statistics over small samples. */

/** The value below which the share `q` (0 to 1) of the sample lies, interpolated. */
export function quantile(sample: readonly number[], q: number): number {
  const sorted = [...sample].sort((a, b) => a - b)
  if (sorted.length === 0) return Number.NaN
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] as number
  const high = sorted[Math.ceil(place)] as number
  return low + (high - low) * (place - Math.floor(place))
}

export const median = (sample: readonly number[]) => quantile(sample, 0.5)
