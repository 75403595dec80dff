/** Search over all productions and the library: type, arrow down, Enter. `/` goes here from anywhere. */
import { type KeyboardEvent, useCallback, useRef, useState } from 'react'
import { focusWhenThere } from '../frame/focus.ts'
import { SEARCH_ID } from '../frame/shortcuts.ts'
import { go } from '../router.ts'
import type { Findable } from './find-matches.ts'
import { SearchResults } from './search-results.tsx'

const LIST_ID = 'search-results'

export function SearchBox() {
  const [query, setQuery] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [chosen, setChosen] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  // For keys, which come before the page has shown what was found.
  const found = useRef<readonly Findable[]>([])
  const [shownCount, setShownCount] = useState(0)
  const isShown = isOpen && query.trim() !== ''

  const take = useCallback((matches: readonly Findable[]) => {
    found.current = matches
    setShownCount(matches.length)
  }, [])
  const open = ({ id, href }: Findable) => {
    setOpen(false)
    setQuery('')
    // The field that is gone to takes the focus, or the heading of the page, also where one is already.
    input.current?.blur()
    go(href)
    focusWhenThere(() =>
      document.querySelector<HTMLElement>(
        href.includes('#') ? `#${CSS.escape(id)} :is(textarea, select)` : 'main h1',
      ),
    )
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const count = found.current.length
    if (event.key === 'Escape') {
      setQuery('')
      setOpen(false)
    }
    if (event.key === 'Enter') {
      event.preventDefault()
      const match = found.current[chosen]
      if (match) open(match)
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    if (count > 0) setChosen((chosen + (event.key === 'ArrowDown' ? 1 : count - 1)) % count)
  }
  return (
    <search
      className="search"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <input
        ref={input}
        id={SEARCH_ID}
        role="combobox"
        aria-label="Search"
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={LIST_ID}
        aria-activedescendant={isShown && chosen < shownCount ? `${LIST_ID}-${chosen}` : undefined}
        placeholder="Search"
        dir="auto"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onFocus={() => setOpen(true)}
        onChange={(event) => {
          setQuery(event.target.value)
          setChosen(0)
          setOpen(true)
        }}
        onKeyDown={onKey}
      />
      {isShown ? (
        <SearchResults id={LIST_ID} query={query.trim()} chosen={chosen} onFound={take} onOpen={open} />
      ) : (
        <ul id={LIST_ID} role="listbox" aria-label="Found" hidden />
      )}
    </search>
  )
}
