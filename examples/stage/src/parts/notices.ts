/**
 * What the reader must be told: refused writes with what they contained, deletions that can be taken back.
 *
 *   W3 nothing lost   a refusal stays until its author has dealt with it
 */
import { element } from '../view/element.ts'

export interface Notice {
  readonly text: string
  /** What was written and is not stored, so that it can be copied. */
  readonly kept?: string
  readonly action?: { readonly label: string; run(): void }
  /** Disappears by itself after this time, in ms. @default never */
  readonly lastsMs?: number
}

export class Notices {
  readonly element = element('div', {
    class: 'notices',
    role: 'region',
    'aria-label': 'Notices',
    'aria-live': 'polite',
  })

  /** Shows a notice; returns the function that removes it. */
  add({ text, kept, action, lastsMs }: Notice): () => void {
    const remove = () => shown.remove()
    const shown = element('div', { class: 'notice' }, element('p', {}, text))
    if (kept) shown.append(element('p', { class: 'kept' }, kept))
    if (action) {
      const run = () => {
        remove()
        action.run()
      }
      shown.append(element('button', { type: 'button', onclick: run }, action.label))
    }
    shown.append(element('button', { type: 'button', onclick: remove }, 'Dismiss'))
    this.element.append(shown)
    if (lastsMs !== undefined) setTimeout(remove, lastsMs)
    return remove
  }
}
