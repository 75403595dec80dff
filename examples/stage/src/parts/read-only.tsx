/** Says to a viewer why there are no fields. */
import { useEffect } from 'react'
import { focusPage, isFocusLost } from '../frame/focus.ts'
import { useMayEdit } from '../sync/may-edit.ts'

export function ReadOnly() {
  const mayEdit = useMayEdit()
  useEffect(() => {
    // Fields come and go with the right to edit, and one of them may have had the focus.
    if (isFocusLost()) focusPage()
  }, [mayEdit])
  return (
    <p role="status" className={mayEdit ? 'unseen' : 'read-only'}>
      {!mayEdit && 'You may read this production, but not change it. Whoever runs it can make you crew.'}
    </p>
  )
}
