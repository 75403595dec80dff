/** Who changed a record last, and when. */
import { formatAge, formatMoment } from '../format.ts'
import { useCrew } from '../sync/crew-context.ts'
import { usePeople } from '../sync/use-people.ts'
import { useNow } from '../use-now.ts'

interface EditedProps {
  readonly by: string | null | undefined
  readonly at: string | null | undefined
}

/** "Cleo, 4 min". A record that another program wrote has no author; one that was never changed shows nothing. */
export function Edited({ by, at }: EditedProps) {
  const people = usePeople()
  const { user } = useCrew()
  const now = useNow()
  if (!at) return null
  const name = by ? (people.get(by)?.name ?? by) : 'another program'
  const shown = by === user.id ? 'You' : by ? (name.split(' ')[0] ?? name) : 'Database'
  return (
    <time className="edited" dateTime={at} title={`Changed by ${name}, ${formatMoment(at)}`}>
      {shown}, {formatAge(at, now)}
    </time>
  )
}
