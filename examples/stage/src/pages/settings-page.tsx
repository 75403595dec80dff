/** Settings of a production: its facts, its technical standard, who is on the crew, its end. */
import { TextField } from '../fields/text-field.tsx'
import { StartField } from '../fields/start-field.tsx'
import { useCrew } from '../sync/crew-context.ts'
import { useRecord } from '../sync/hooks.ts'
import type { Production } from '../sync/rows.ts'
import { useIsAdmin } from '../sync/use-people.ts'
import { EndProduction } from '../parts/end-production.tsx'
import { Members } from '../parts/members.tsx'

type TextName = 'client' | 'format' | 'sync' | 'timecode' | 'audio' | 'intercom'

const STANDARD: readonly {
  readonly field: TextName
  readonly label: string
  readonly placeholder: string
}[] = [
  { field: 'client', label: 'Client', placeholder: 'e.g. Northern Sessions Trust' },
  { field: 'format', label: 'Format', placeholder: 'e.g. 1080p50, Rec. 709' },
  { field: 'sync', label: 'Sync', placeholder: 'e.g. tri-level from the truck' },
  { field: 'timecode', label: 'Timecode', placeholder: 'e.g. time of day, 25 fps' },
  { field: 'audio', label: 'Audio', placeholder: 'e.g. embedded, 16 channels' },
  { field: 'intercom', label: 'Intercom', placeholder: 'e.g. ring 1 vision, ring 2 cameras' },
]

export function SettingsPage({ productionId }: { readonly productionId: string }) {
  const { data: production } = useRecord('production', productionId)
  const isAdmin = useIsAdmin()
  if (!production) return null
  return (
    <div className="settings">
      <Standard production={production} />
      <Members productionId={productionId} mayChange={isAdmin} />
      {isAdmin && <EndProduction production={production} />}
    </div>
  )
}

function Standard({ production }: { readonly production: Production }) {
  const { crew } = useCrew()
  const { id, name } = production
  return (
    <section className="records" aria-labelledby="standard-title">
      <header>
        <h2 id="standard-title">Settings</h2>
      </header>
      <dl className="standard">
        <div>
          <dt>Starts</dt>
          <dd>
            <StartField
              value={production.startsAt}
              save={(startsAt) => crew.update('production', id, { startsAt })}
              orphan={(text, reason) => crew.lost(name, text, reason)}
            />
          </dd>
        </div>
        {STANDARD.map(({ field, label, placeholder }) => (
          <div key={field}>
            <dt>{label}</dt>
            <dd>
              <TextField
                label={label}
                placeholder={placeholder}
                value={production[field]}
                save={(text) => crew.update('production', id, { [field]: text })}
                orphan={(text, reason) => crew.lost(name, text, reason)}
              />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
