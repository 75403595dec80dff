/** Who changed anything in a production last, and when. */
import { formatAge, formatMoment } from '../format.ts'
import { useCrew } from '../sync/crew-context.ts'
import { useQuery } from '../sync/hooks.ts'
import { usePeople } from '../sync/use-people.ts'
import { useNow } from '../use-now.ts'

interface Stamp {
  readonly lastModifiedBy: string | null
  readonly updatedAt: string | null
}

export function LastEdit({ productionId }: { readonly productionId: string }) {
  const last = useLastStamp(productionId)
  const people = usePeople()
  const { user } = useCrew()
  const now = useNow()
  if (!last?.updatedAt) return null
  const { lastModifiedBy: by, updatedAt: at } = last
  const name = by === null ? 'another program' : by === user.id ? 'you' : (people.get(by)?.name ?? by)
  const age = formatAge(at, now)
  return (
    <p className="last-edit">
      Last changed by {name},{' '}
      <time dateTime={at} title={formatMoment(at)}>
        {age === 'now' || /^\d+ \D/.test(age) === false ? age : `${age} ago`}
      </time>
    </p>
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
