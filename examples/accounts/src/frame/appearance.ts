/** Light, dark, or as the device has it; kept in this browser. */

export const appearances = ['auto', 'light', 'dark'] as const

export type Appearance = (typeof appearances)[number]

const KEPT = 'accounts.appearance'

/** What was chosen in this browser. */
export function chosenAppearance(): Appearance {
  try {
    const kept = localStorage.getItem(KEPT)
    return appearances.find((appearance) => appearance === kept) ?? 'auto'
  } catch {
    return 'auto'
  }
}

/** Shows what was chosen. */
export function applyAppearance(): void {
  const appearance = chosenAppearance()
  if (appearance === 'auto') document.documentElement.removeAttribute('data-appearance')
  else document.documentElement.dataset['appearance'] = appearance
}

/** Chooses, and shows it. */
export function chooseAppearance(appearance: Appearance): void {
  try {
    localStorage.setItem(KEPT, appearance)
  } catch {
    // Storage is blocked: the choice holds until the page is loaded again.
  }
  if (appearance === 'auto') document.documentElement.removeAttribute('data-appearance')
  else document.documentElement.dataset['appearance'] = appearance
}
