/** Rows as the page uses them: by kind where it knows the kind, and as plain fields where one part serves all kinds. */
import type { Row } from 'syncline'
import type { schema } from '../../schema.ts'

export type Production = Row<typeof schema, 'production'>
export type Task = Row<typeof schema, 'checklistItem'>
export type Equipment = Row<typeof schema, 'equipment'>
export type Person = Row<typeof schema, 'person'>
export type Member = Row<typeof schema, 'productionMember'>
export type Connection = Row<typeof schema, 'connection'>

/** Models whose records stand in a table of a production's page. */
export type ListedModel =
  | 'camera'
  | 'ccu'
  | 'source'
  | 'mediaServer'
  | 'switcher'
  | 'router'
  | 'send'
  | 'ledScreen'
  | 'projectionScreen'
  | 'record'
  | 'stream'
  | 'connection'
  | 'cableSnake'

/** Models whose records are edited, moved and deleted by the same parts. */
export type EditedModel = ListedModel | 'checklistItem' | 'equipment' | 'production' | 'productionMember'

/** A record of any kind. */
export type AnyRow = { readonly id: string } & Readonly<Record<string, unknown>>
