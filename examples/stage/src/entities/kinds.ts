/** All kinds of records that stand in a table, in the order of the page. */
import type { ListedModel } from '../sync/rows.ts'
import { cableSnakes, connections } from './cabling.ts'
import { cameras, ccus, mediaServers, sources } from './inputs.ts'
import type { Kind, Tab } from './kind.ts'
import { ledScreens, projectionScreens, records, sends, streams } from './outputs.ts'
import { routers, switchers } from './switching.ts'

export const kinds: readonly Kind[] = [
  cameras,
  sources,
  ccus,
  mediaServers,
  switchers,
  routers,
  sends,
  ledScreens,
  projectionScreens,
  records,
  streams,
  connections,
  cableSnakes,
]

/** The kind of a model. */
export const kindOf = Object.fromEntries(kinds.map((kind) => [kind.model, kind])) as Readonly<
  Record<ListedModel, Kind>
>

export const tabs: readonly { readonly tab: Tab; readonly title: string }[] = [
  { tab: 'floor', title: 'Floor' },
  { tab: 'flow', title: 'Signal flow' },
  { tab: 'inputs', title: 'Inputs' },
  { tab: 'switching', title: 'Switching' },
  { tab: 'outputs', title: 'Outputs' },
  { tab: 'cabling', title: 'Cabling' },
  { tab: 'settings', title: 'Settings' },
]

/** The part of the page on which records of a model stand; events name it in kebab-case. */
export function tabOf(entity: string): Tab {
  const model = entity.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  return kinds.find((kind) => kind.model === model)?.tab ?? (model === 'checklistItem' ? 'floor' : 'settings')
}
