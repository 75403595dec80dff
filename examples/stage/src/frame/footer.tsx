/** Below every page: the keys, where there is something to do with them, and light or dark. */
import { useState } from 'react'
import { type Appearance, appearances, chooseAppearance, chosenAppearance } from './appearance.ts'
import { HELP_ID, openHelp, shortcuts } from './shortcuts.ts'

const TITLES: Record<Appearance, string> = { auto: 'As on this device', light: 'Light', dark: 'Dark' }

export function Footer({ hasKeys = false }: { readonly hasKeys?: boolean }) {
  const [appearance, setAppearance] = useState(chosenAppearance)
  const choose = (next: Appearance) => {
    chooseAppearance(next)
    setAppearance(next)
  }
  return (
    <footer className="foot">
      {hasKeys && (
        <button type="button" className="quiet keys-button" onClick={openHelp}>
          Keyboard
        </button>
      )}
      <a href="/">All examples</a>
      <label>
        Appearance{' '}
        <select value={appearance} onChange={(event) => choose(event.target.value as Appearance)}>
          {appearances.map((one) => (
            <option key={one} value={one}>
              {TITLES[one]}
            </option>
          ))}
        </select>
      </label>
      {hasKeys && <Keys />}
    </footer>
  )
}

function Keys() {
  return (
    <dialog id={HELP_ID} aria-labelledby="keys-title">
      <h2 id="keys-title">Keyboard</h2>
      <dl>
        {shortcuts.map(({ keys, does }) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
