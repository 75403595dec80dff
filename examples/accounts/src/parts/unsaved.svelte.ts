/** What somebody typed and did not save, so that it can be shown when its field goes: with a right, or the session. */
import { SvelteMap } from 'svelte/reactivity'

const texts = new SvelteMap<string, string>()

/** Keeps what stands in a field, by what the field is for; nothing when that is what is saved. */
export function keepTyped(field: string, text: string | null): void {
  if (text === null || text === '') texts.delete(field)
  else texts.set(field, text)
}

/** What was typed, by what its field is for. */
export function typedTexts(): [field: string, text: string][] {
  return [...texts]
}

/** Forgets all: its author went elsewhere, or another person may come. */
export function forgetTyped(): void {
  texts.clear()
}
