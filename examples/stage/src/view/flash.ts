/** Marks for a moment what somebody else has just changed, as with a highlighter on a call sheet. */

const MARK_MS = 1_600
const timers = new WeakMap<Element, ReturnType<typeof setTimeout>>()

/** Marks an element; how the mark fades is the style sheet's affair. */
export function flash(target: Element): void {
  clearTimeout(timers.get(target))
  target.classList.add('is-changed')
  timers.set(
    target,
    setTimeout(() => target.classList.remove('is-changed'), MARK_MS),
  )
}
