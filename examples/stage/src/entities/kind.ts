/** What the page knows of a kind of record: its words, and which fields stand in which column. */
import type { AnyRow, ListedModel } from '../sync/rows.ts'

interface FieldCell {
  readonly field: string
  /** "Note", in "Note of Camera 1". */
  readonly label: string
  readonly placeholder?: string
}

export type Cell =
  | (FieldCell & { readonly type: 'text' })
  | (FieldCell & { readonly type: 'number'; readonly unit?: string })
  /** A number that is stepped with the arrow keys, so that two people who step at once both count. */
  | (FieldCell & { readonly type: 'counter'; readonly unit?: string })
  | (FieldCell & { readonly type: 'choice'; readonly values: readonly string[] })
  /** A piece of the equipment library, of one category. */
  | (FieldCell & { readonly type: 'equipment'; readonly category: string })
  /** One end of a connection: any device of the production. */
  | (FieldCell & { readonly type: 'device' })
  | (FieldCell & { readonly type: 'snake' })
  /** How many cores of a snake are taken. */
  | { readonly type: 'coresTaken' }
  /** Who changed the record last, and when. */
  | { readonly type: 'edited' }

export interface Column {
  readonly heading: string
  /** Of the table, such as `24%`; the rest is shared. */
  readonly width?: string
  /** One below the other; what follows the first is set smaller. */
  readonly cells: readonly [Cell, ...Cell[]]
}

/** Parts of a production's page, by address. */
export type Tab = 'floor' | 'flow' | 'inputs' | 'switching' | 'outputs' | 'cabling' | 'settings'

export interface Kind {
  readonly model: ListedModel | 'equipment'
  /** The part of a production's page on which it stands; undefined for what belongs to none. */
  readonly tab?: Tab
  /** "Camera". */
  readonly one: string
  /** "Cameras". */
  readonly many: string
  /** What belongs here, for a table that is empty. */
  readonly hint: string
  readonly columns: readonly Column[]
  /** Statuses that the heading counts. */
  readonly counted?: readonly string[]
  /** Its order is not people's to choose. */
  readonly isSorted?: boolean
}

/** What a record is called. */
export function nameOf(row: AnyRow): string {
  return String(row['name'] ?? row['label'] ?? '') || 'Unnamed'
}
