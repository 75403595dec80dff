/** Which whole numbers fields take: the validators of the schema, and what the page says and steps by. */

export interface Range {
  readonly from: number
  readonly to: number
  /** How far one press of an arrow key goes. */
  readonly step: number
}

const range = (from: number, to: number, step = 1): Range => ({ from, to, step })

/** As many as the largest routers have. */
const ports = range(0, 1_152)
const pixels = range(0, 32_768)

/** By model and field. The database has them as constraints, so that steps of several people stay within them too. */
export const ranges = {
  camera: { zoom: range(1, 200) },
  mediaServer: { outputs: range(0, 64) },
  ledScreen: { widthPx: pixels, heightPx: pixels, brightness: range(0, 100) },
  stream: { bitrateKbps: range(0, 400_000, 500) },
  switcher: { inputs: ports, outputs: ports, mixEffects: range(0, 16) },
  router: { inputs: ports, outputs: ports },
  cableSnake: { cores: range(1, 288), lengthM: range(0, 10_000, 5) },
  equipment: { inputs: ports, outputs: ports, quantity: range(0, 10_000) },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Range>>>>

/** The range of a field, if it is a number that people write. */
export function rangeOf(model: string, field: string): Range | undefined {
  const ofModel: Readonly<Record<string, Range>> | undefined = ranges[model as keyof typeof ranges]
  return ofModel?.[field]
}

/** A validator, as Standard Schema has them. */
export function within({ from, to }: Range) {
  return {
    '~standard': {
      version: 1,
      vendor: 'stage',
      validate: (value: unknown) =>
        typeof value === 'number' && value >= from && value <= to
          ? { value }
          : { issues: [{ message: `It is a whole number from ${from} to ${to}.` }] },
    },
  } as const
}
