/** The parts of a production. A part in which somebody else has just changed something is marked. */
import { useEffect, useRef, useState } from 'react'
import { tabOf, tabs } from '../entities/kinds.ts'
import type { Tab } from '../entities/kind.ts'
import { useMark } from '../fields/use-mark.ts'
import { productionPath } from '../router.ts'
import { useCrew } from '../sync/crew-context.ts'
import { useSyncClient } from '../sync/hooks.ts'

interface TabsProps {
  readonly productionId: string
  readonly current: Tab
}

export function Tabs({ productionId, current }: TabsProps) {
  const changes = useChangesByTab(productionId)
  const list = useRef<HTMLElement>(null)
  useEffect(() => {
    // On a narrow screen the row is longer than the window.
    const link = list.current?.querySelector('[aria-current]')
    link?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [current])
  return (
    <nav className="tabs" aria-label="Parts of the production" ref={list}>
      {tabs.map(({ tab, title }) => (
        <TabLink
          key={tab}
          href={productionPath(productionId, tab)}
          title={title}
          isCurrent={tab === current}
          changes={tab === current ? 0 : (changes[tab] ?? 0)}
        />
      ))}
    </nav>
  )
}

interface TabLinkProps {
  readonly href: string
  readonly title: string
  readonly isCurrent: boolean
  readonly changes: number
}

function TabLink({ href, title, isCurrent, changes }: TabLinkProps) {
  const isMarked = useMark(changes) && changes > 0
  return (
    <a
      href={href}
      data-title={title}
      aria-current={isCurrent ? 'page' : undefined}
      className={isMarked ? 'is-changed' : undefined}
    >
      {title}
    </a>
  )
}

/** Counts what others have changed, by part of the page. */
function useChangesByTab(productionId: string): Partial<Record<Tab, number>> {
  const client = useSyncClient()
  const { user } = useCrew()
  const [changes, setChanges] = useState<Partial<Record<Tab, number>>>({})
  useEffect(
    () =>
      client.on('data:changed', ({ channel, entities }) => {
        // Other productions are held too, while somebody searches.
        if (channel !== `Production:${productionId}`) return
        for (const { entity, userId } of entities) {
          if (userId === user.id) continue
          const tab = tabOf(entity)
          setChanges((before) => ({ ...before, [tab]: (before[tab] ?? 0) + 1 }))
        }
      }),
    [client, user.id, productionId],
  )
  return changes
}
