/** The shape of a demo production's signal chain. Keys are short here; ids begin with the production's. */
import type { Parameter } from 'syncline/server'

/** Values by column; `key` becomes the id. */
export type SeedRow = Readonly<Record<string, Parameter>> & { readonly key: string }

/** From and its port, to and its port, cable, the snake that it runs in. */
type SeedConnection = readonly [
  from: string,
  fromPort: string,
  to: string,
  toPort: string,
  cable: string,
  snake?: string,
]

export interface SeedSignal {
  readonly production: string
  /** Columns of the production itself. */
  readonly settings: Readonly<Record<string, string>>
  /** Rows by table. */
  readonly devices: Readonly<Record<string, readonly SeedRow[]>>
  readonly connections: readonly SeedConnection[]
}

/** One control unit for each named camera: `ccu-1` for `camera-1`. */
export function unitsFor(
  cameras: readonly number[],
  { equipment, location, network }: { equipment: string; location: string; network: string },
): SeedRow[] {
  return cameras.map((camera) => ({
    key: `ccu-${camera}`,
    name: `CCU ${camera}`,
    equipment_id: equipment,
    location,
    address: `${network}.${10 + camera}`,
    status: 'ready',
    note: '',
  }))
}

/** Cameras to their units, and units to inputs of a switcher with the same numbers. */
export function throughUnits(
  cameras: readonly number[],
  { cable, snake, switcher }: { cable: string; snake: (camera: number) => string; switcher: string },
): SeedConnection[] {
  return cameras.flatMap((camera): SeedConnection[] => [
    [`camera-${camera}`, '', `ccu-${camera}`, '', cable, snake(camera)],
    [`ccu-${camera}`, 'SDI 1', switcher, `In ${camera}`, 'SDI'],
  ])
}
