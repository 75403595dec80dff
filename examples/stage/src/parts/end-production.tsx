/** Deletes a production with all that belongs to it. That cannot be taken back, so it is asked first. */
import { useRef } from 'react'
import { go, PRODUCTIONS_PATH } from '../router.ts'
import { useCrew } from '../sync/crew-context.ts'
import type { Production } from '../sync/rows.ts'

export function EndProduction({ production: { id, name } }: { readonly production: Production }) {
  const { crew } = useCrew()
  const dialog = useRef<HTMLDialogElement>(null)
  const end = () => {
    go(PRODUCTIONS_PATH)
    crew.end('production', id, name)
  }
  return (
    <section className="end">
      <button type="button" className="quiet" onClick={() => dialog.current?.showModal()}>
        Delete this production
      </button>
      <dialog ref={dialog} aria-labelledby="end-title">
        <h2 id="end-title">Delete “{name}”?</h2>
        <p>
          Its cameras, checklist, cables and everything else in it go too, for everybody, and do not come
          back.
        </p>
        <form method="dialog">
          <button type="submit">Keep it</button>
          <button type="submit" className="dangerous" onClick={end}>
            Delete it
          </button>
        </form>
      </dialog>
    </section>
  )
}
