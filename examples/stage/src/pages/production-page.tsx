/** One production: its facts, and one part of it at a time. */
import { memo, useDeferredValue, useMemo } from 'react'
import type { Tab } from '../entities/kind.ts'
import { FlowPage } from '../flow/flow-page.tsx'
import { ProductionHeader } from '../parts/production-header.tsx'
import { ReadOnly } from '../parts/read-only.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { MayEditProvider, useMayEditProduction } from '../sync/may-edit.ts'
import { useIsAdmin } from '../sync/use-people.ts'
import { useProductionRoom } from '../sync/use-production-room.ts'
import { DevicesProvider } from '../sync/devices.tsx'
import { CablingPage } from './cabling-page.tsx'
import { FloorPage } from './floor-page.tsx'
import { MessagePage } from './message-page.tsx'
import { RecordsPage } from './records-page.tsx'
import { SettingsPage } from './settings-page.tsx'

interface ProductionPageProps {
  readonly id: string
  readonly tab: Tab
  /** The record that the address names. */
  readonly target?: string
}

/** Its room is joined until the page is left. */
export function ProductionPage({ id, tab, target }: ProductionPageProps) {
  const { presence, production, reason, retry } = useProductionRoom(id)
  const mayEdit = useMayEditProduction(id)
  switch (presence) {
    case 'gone':
      return <Gone />
    case 'doubtful':
      return (
        <MessagePage title="Not here" text={DOUBTFUL}>
          <button type="button" onClick={retry}>
            Ask now
          </button>
        </MessagePage>
      )
    case 'refused':
      return (
        <MessagePage title="Not now" text={reason}>
          <button type="button" onClick={retry}>
            Try again
          </button>
        </MessagePage>
      )
    case 'away':
      return <MessagePage title="Not on this device" text={AWAY} />
    case 'loading':
      return (
        <p className="loading" role="status">
          Loading the production…
        </p>
      )
    case 'here':
      return (
        <MayEditProvider value={mayEdit}>
          <div className="production">
            {production && <ProductionHeader production={production} />}
            <ReadOnly />
            <Tabs productionId={id} current={tab} />
            <Part id={id} tab={tab} target={target} />
          </div>
        </MayEditProvider>
      )
  }
}

/** Hundreds of fields are made in slices between which the page answers; until they are there the last part stays. */
function Part({ id, tab, target }: ProductionPageProps) {
  const wanted = useMemo(() => ({ id, tab, target }), [id, tab, target])
  const shown = useDeferredValue<ProductionPageProps | undefined>(wanted, undefined)
  return <div aria-busy={shown !== wanted}>{shown && <PartOf {...shown} />}</div>
}

const PartOf = memo(function PartOf({ id, tab, target }: ProductionPageProps) {
  if (tab === 'floor') return <FloorPage productionId={id} target={target} />
  if (tab === 'settings') return <SettingsPage productionId={id} />
  if (tab === 'inputs' || tab === 'switching' || tab === 'outputs') {
    return <RecordsPage key={tab} productionId={id} tab={tab} target={target} />
  }
  return (
    <DevicesProvider productionId={id}>
      {tab === 'flow' ? <FlowPage productionId={id} /> : <CablingPage productionId={id} target={target} />}
    </DevicesProvider>
  )
})

/** Who sees every production is not told about crews. */
function Gone() {
  const text = useIsAdmin() ? 'There is no such production.' : GONE
  return <MessagePage title="Not here" text={text} />
}

const GONE = 'This production does not exist, or you are not on its crew. Whoever runs it can add you.'
const DOUBTFUL =
  'Your list names this production, and the server does not let you read it: you may have been taken off its crew just now. The page asks again by itself, less and less often.'
const AWAY =
  'There is no connection, and this production was not opened here before. It comes when the server answers.'
