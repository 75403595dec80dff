/** Who changed a record last, and when. */
import { formatAge, formatMoment } from '../format.ts'
import { useCrew } from '../sync/crew-context.ts'
import { usePeople } from '../sync/use-people.ts'
import { type Stamp, useAuthor } from '../sync/use-stamp.ts'
import { useNow } from '../use-now.ts'

/** "Cleo, 4 min". A record that another program wrote has no author; one that was never changed shows nothing. */
export function Edited({ row }: { readonly row: Stamp & { readonly id: string } }) {
  const author = useAuthor(row)
  const people = usePeople()
  const { user } = useCrew()
  const now = useNow()
  if (!author) return null
  const { by, at } = author
  const name = by ? (people.get(by)?.name ?? by) : 'another program'
  const shown = by === user.id ? 'You' : by ? (name.split(' ')[0] ?? name) : 'Database'
  return (
    <time className="edited" dateTime={at} title={`Changed by ${name}, ${formatMoment(at)}`}>
      {shown}, {formatAge(at, now)}
    </time>
  )
}
