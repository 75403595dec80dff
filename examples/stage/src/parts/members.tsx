/** Who may see a production, and who of them may change it. Whoever runs productions decides that. */
import { memberRoles } from '../../schema/choices.ts'
import { focusWhenThere } from '../frame/focus.ts'
import { ChoiceField, optionsOf } from '../fields/choice-field.tsx'
import { useCrew } from '../sync/crew-context.ts'
import { useQuery } from '../sync/hooks.ts'
import type { Member, Person } from '../sync/rows.ts'
import { usePeople } from '../sync/use-people.ts'
import { leaveRow } from '../table/row-focus.ts'

interface MembersProps {
  readonly productionId: string
  readonly mayChange: boolean
}

export function Members({ productionId, mayChange }: MembersProps) {
  const { data: members } = useQuery('productionMember', { where: { productionId } })
  const people = usePeople()
  const onCrew = new Set(members.map(({ userId }) => userId))
  const others = [...people.values()].filter(
    // Who has no job on the crew is a customer's, of the accounts example.
    ({ id, isAdmin, job }) => !onCrew.has(id) && !isAdmin && job !== '',
  )
  const runners = [...people.values()].filter(({ id, isAdmin }) => isAdmin && !onCrew.has(id))
  return (
    <section className="records" aria-labelledby="members-title">
      <header>
        <h2 id="members-title">Crew</h2>
        <p className="count">
          {mayChange ? 'Who may see this production' : 'Ask whoever runs it to be added'}
        </p>
      </header>
      <ul className={mayChange ? 'members' : 'members is-fixed'}>
        {runners.map(({ id, name, job }) => (
          <li key={id}>
            <span className="is-name" dir="auto">
              {name}
            </span>
            <span className="job">{job}</span>
            <span className="role">Runs all productions</span>
          </li>
        ))}
        {members.map((member) => (
          <MemberRow
            key={member.id}
            member={member}
            person={people.get(member.userId)}
            mayChange={mayChange}
          />
        ))}
      </ul>
      {mayChange && others.length > 0 && <AddMember productionId={productionId} people={others} />}
    </section>
  )
}

interface MemberRowProps {
  readonly member: Member
  readonly person: Person | undefined
  readonly mayChange: boolean
}

function MemberRow({ member, person, mayChange }: MemberRowProps) {
  const { crew } = useCrew()
  const name = person?.name ?? member.userId
  return (
    <li id={member.id}>
      <span className="is-name" dir="auto">
        {name}
      </span>
      <span className="job">{person?.job}</span>
      {mayChange ? (
        <ChoiceField
          label={`Role of ${name}`}
          className="role"
          value={member.role}
          options={optionsOf(memberRoles)}
          save={(role) => crew.update('productionMember', member.id, { role })}
        />
      ) : (
        <span className="role">{member.role === 'crew' ? 'Crew' : 'Viewer'}</span>
      )}
      {mayChange && (
        <button
          type="button"
          className="remove"
          aria-label={`Take ${name} off the crew`}
          title={`Take ${name} off the crew`}
          onClick={(event) => {
            leaveRow(event.currentTarget.closest('li'))
            crew.remove('productionMember', member, name)
          }}
        />
      )}
    </li>
  )
}

function AddMember({
  productionId,
  people,
}: {
  readonly productionId: string
  readonly people: readonly Person[]
}) {
  const { crew } = useCrew()
  const add = ({ id: userId, name }: Person, button: HTMLElement) => {
    const next = button.nextElementSibling ?? button.previousElementSibling
    const id = crew.add('productionMember', { productionId, userId }, name)
    // The button goes with the person; without another the one who was added has the focus.
    if (next instanceof HTMLElement) next.focus()
    else if (id) focusWhenThere(() => document.getElementById(id)?.querySelector('select'))
  }
  return (
    <p className="add-member">
      {people.map((person) => (
        <button key={person.id} type="button" onClick={(event) => add(person, event.currentTarget)}>
          Add {person.name}
        </button>
      ))}
    </p>
  )
}
