/**
 * Writes that were refused when nobody was there to be told: before the page was loaded, or by another window of it.
 *
 *   W3 nothing lost   each is shown with what it contained, and kept until somebody has read it
 */
import type { Client, ParkedOp } from 'syncline/client'
import type { schema } from '../../schema.ts'
import type { Notices } from './notices.ts'
import { reasonFor } from './reason-of.ts'

/** Shows them as notices; returns the function that ends that. */
export function showRefusedEarlier(client: Client<typeof schema>, notices: Notices): () => void {
  const shown = new Set<string>()
  const show = () => {
    for (const parked of client.parked.current) {
      if (shown.has(parked.op.key)) continue
      shown.add(parked.op.key)
      notices.add({ ...describe(parked), onRemove: () => client.dismiss(parked) })
    }
  }
  show()
  // Whoever has just written it hears of it first, and takes it away.
  return client.parked.subscribe(() => setTimeout(show, 0))
}

function describe({ op, reason }: ParkedOp) {
  const texts = Object.values(op.fields ?? {}).filter((value) => typeof value === 'string' && value !== '')
  const what = { create: 'Something you added', update: 'A change of yours', delete: 'A deletion of yours' }
  return {
    text: `${what[op.action]} was not saved. ${reasonFor(reason, op)}`,
    ...(texts.length > 0 && { kept: texts.join('\n') }),
  }
}
