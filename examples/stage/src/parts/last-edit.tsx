/** Who changed a production last, and when: anything in it, or its details. */
import { formatAge, formatMoment } from '../format.ts'
import { useCrew } from '../sync/crew-context.ts'
import { useQuery } from '../sync/hooks.ts'
import { usePeople } from '../sync/use-people.ts'
import { type Author, type Stamp, useAuthor, useAuthorIn } from '../sync/use-stamp.ts'
import { useNow } from '../use-now.ts'

/** On the page of a production: of everything in it. */
export function LastEdit({ productionId }: { readonly productionId: string }) {
  const author = useAuthorIn(productionId, useLastStamp(productionId))
  return author ? <Told what="Last changed" author={author} /> : null
}

/** In the list, where only the productions themselves are on the device: of their details. */
export function DetailsEdit({ production }: { readonly production: Stamp & { readonly id: string } }) {
  const author = useAuthor(production)
  return author ? <Told what="Details changed" author={author} /> : null
}

/** "Last changed by Ben Okafor, 4 min ago". */
function Told({ what, author: { by, at } }: { readonly what: string; readonly author: Author }) {
  const people = usePeople()
  const { user } = useCrew()
  const now = useNow()
  const name = by === null ? 'another program' : by === user.id ? 'you' : (people.get(by)?.name ?? by)
  const age = formatAge(at, now)
  return (
    <span className="last-edit">
      {what} by {name},{' '}
      <time dateTime={at} title={formatMoment(at)}>
        {age === 'now' || /^\d+ \D/.test(age) === false ? age : `${age} ago`}
      </time>
    </span>
  )
}

/** The latest stamp of all kinds of records. */
function useLastStamp(productionId: string): Stamp | undefined {
  // Null comes first downwards, so records without a time are left out.
  const options = {
    where: { productionId, updatedAt: { gt: '1970-01-01T00:00:00+00:00' } },
    orderBy: { updatedAt: 'desc' },
    limit: 1,
  } as const
  const stamps: readonly (Stamp | undefined)[] = [
    useQuery('production', { where: { id: productionId } }).data[0],
    useQuery('checklistItem', options).data[0],
    useQuery('camera', options).data[0],
    useQuery('ccu', options).data[0],
    useQuery('source', options).data[0],
    useQuery('send', options).data[0],
    useQuery('connection', options).data[0],
    useQuery('cableSnake', options).data[0],
    useQuery('switcher', options).data[0],
    useQuery('ledScreen', options).data[0],
    useQuery('mediaServer', options).data[0],
    useQuery('projectionScreen', options).data[0],
    useQuery('record', options).data[0],
    useQuery('router', options).data[0],
    useQuery('stream', options).data[0],
  ]
  return latestOf(stamps)
}

/** The stamp with the latest time. */
function latestOf(stamps: readonly (Stamp | undefined)[]): Stamp | undefined {
  const known = stamps.filter((stamp): stamp is Stamp => Boolean(stamp?.updatedAt))
  const timeOf = ({ updatedAt }: Stamp) => Date.parse(updatedAt ?? '')
  return known.sort((a, b) => timeOf(b) - timeOf(a))[0]
}
