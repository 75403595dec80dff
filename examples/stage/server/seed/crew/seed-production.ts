/** The shape of a production as it is seeded: its crew, its cameras, its checklist. */

/** Name, position, operator, lens, zoom, status, note. */
type SeedCamera = readonly [
  name: string,
  position: string,
  operator: string,
  lens: string,
  zoom: number,
  status: 'standby' | 'ready' | 'live' | 'fault',
  note: string,
]

/** Name, who does it, whether it is done, note. */
type SeedTask = readonly [name: string, assignedTo: string, completed: boolean, note?: string]

export interface SeedProduction {
  readonly id: string
  readonly name: string
  readonly venue: string
  readonly startsAt: string
  readonly status: 'planning' | 'load-in' | 'show' | 'wrapped'
  readonly note: string
  readonly members: readonly string[]
  readonly cameras: readonly SeedCamera[]
  /** Tasks by phase of the day, in the order in which they are worked through. */
  readonly checklist: Readonly<Record<string, readonly SeedTask[]>>
}
