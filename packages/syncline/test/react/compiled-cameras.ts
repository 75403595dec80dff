/** A component as applications write them; `compiler.test.ts` and `chromium.test.ts` run it compiled by the React compiler. */
import { createElement as h } from 'react'
import { useMutation, useQuery, useRecord, useRoom, useSyncStatus } from 'syncline/react'

export function Cameras({ onRender }: { readonly onRender: () => void }) {
  const room = useRoom('production', 'p1')
  const cameras = useQuery('camera', { where: { productionId: 'p1' }, orderBy: 'name' })
  const production = useRecord('production', 'p1')
  const pending = useSyncStatus((status) => status.pending)
  const rename = useMutation(
    (client, name: string) => client.mutate['camera']?.update('c1', { name }) ?? never(),
  )
  onRender()
  const names = cameras.data.map((camera) => camera['name']).join(', ')
  const text = `${room.status} ${production.data?.['name']}: ${names} (${rename.status} ${pending})`
  return h('button', { onClick: () => rename.mutate('Mine') }, text)
}

function never(): never {
  throw new Error('The schema of this page has cameras.')
}
