/** The name and the facts of a production, edited in place. */
import { productionStatuses } from '../../schema/choices.ts'
import { ChoiceField, optionsOf } from '../fields/choice-field.tsx'
import { TextField } from '../fields/text-field.tsx'
import { formatStart } from '../format.ts'
import { useCrew } from '../sync/crew-context.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import type { Refused } from '../sync/refusals.ts'
import type { Production } from '../sync/rows.ts'
import { Heading, useTitle } from './heading.tsx'
import { LastEdit } from './last-edit.tsx'

interface ProductionHeaderProps {
  readonly production: Production
}

export function ProductionHeader({ production }: ProductionHeaderProps) {
  const { crew } = useCrew()
  const mayEdit = useMayEdit()
  const { id, name } = production
  useTitle(name)
  const text = (field: 'name' | 'venue' | 'note') => ({
    value: production[field],
    save: (value: string) => crew.update('production', id, { [field]: value }),
    orphan: (value: string, refused: Refused) => crew.lost(name, value, refused),
  })
  return (
    <header>
      <Heading className={mayEdit ? 'unseen' : undefined}>{name}</Heading>
      {mayEdit && (
        <TextField label="Name of the production" className="is-title" isRequired {...text('name')} />
      )}
      <div className="facts">
        <TextField label="Venue" placeholder="Venue" {...text('venue')} />
        <p className="start">{formatStart(production.startsAt)}</p>
        <ChoiceField
          label="Status of the production"
          className="has-lamp"
          value={production.status}
          options={optionsOf(productionStatuses)}
          save={(status) => crew.update('production', id, { status })}
        />
        <LastEdit productionId={id} />
        <TextField label="Note of the production" placeholder="Note" {...text('note')} />
      </div>
    </header>
  )
}
