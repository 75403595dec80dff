/** What is half typed into a form that goes with its part of the page: it is there again when one comes back. */
import { useState } from 'react'
import { useCrew } from '../sync/crew-context.ts'

/** K3: by the crew, which goes when its user signs out. */
const halfTyped = new WeakMap<object, Map<string, string>>()

/** As a state; `form` tells it from others at the same address. */
export function useHalfTyped(form: string): readonly [text: string, set: (text: string) => void] {
  const { crew } = useCrew()
  const [key] = useState(() => `${location.pathname} ${form}`)
  const [text, setText] = useState(() => halfTyped.get(crew)?.get(key) ?? '')
  const set = (next: string) => {
    setText(next)
    const texts = halfTyped.get(crew) ?? new Map<string, string>()
    if (next === '') texts.delete(key)
    else texts.set(key, next)
    halfTyped.set(crew, texts)
  }
  return [text, set]
}
