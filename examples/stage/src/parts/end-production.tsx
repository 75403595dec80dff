/** Deletes a production with all that belongs to it. That cannot be taken back, so it is asked first. */
import { useRef } from 'react'
import { PRODUCTIONS_PATH, replace } from '../router.ts'
import { useCrew } from '../sync/crew-context.ts'
import type { Production } from '../sync/rows.ts'

const DELETE = 'delete'

export function EndProduction({ production: { id, name } }: { readonly production: Production }) {
  const { crew } = useCrew()
  const dialog = useRef<HTMLDialogElement>(null)
  const ask = () => {
    if (!dialog.current) return
    dialog.current.returnValue = ''
    dialog.current.showModal()
  }
  const end = () => {
    // Nothing is left to go back to.
    replace(PRODUCTIONS_PATH)
    crew.end('production', id, name)
  }
  return (
    <section className="end">
      <button type="button" className="quiet" onClick={ask}>
        Delete this production
      </button>
      <dialog
        ref={dialog}
        aria-labelledby="end-title"
        // When it is closed: with the page it would go before its form is sent.
        onClose={({ currentTarget }) => currentTarget.returnValue === DELETE && end()}
      >
        <h2 id="end-title">Delete “{name}”?</h2>
        <p>
          Its cameras, checklist, cables and everything else in it go too, for everybody, and do not come
          back.
        </p>
        <form method="dialog">
          <button type="submit">Keep it</button>
          <button type="submit" className="dangerous" value={DELETE}>
            Delete it
          </button>
        </form>
      </dialog>
    </section>
  )
}
