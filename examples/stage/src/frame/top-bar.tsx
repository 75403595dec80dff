/** The bar above every page: where to go, search, the connection, who is signed in. */
import { useAddress } from '../router.ts'
import { SearchBox } from '../search/search-box.tsx'
import { useCrew } from '../sync/crew-context.ts'
import { StatusLine } from './status-line.tsx'

export function TopBar({ onLeave }: { onLeave(): void }) {
  const { user } = useCrew()
  const { path } = useAddress()
  const isHere = (address: string) => (path === address ? 'page' : undefined)
  return (
    <header className="top">
      <a href="/" className="home">
        Stage
      </a>
      <nav aria-label="Main">
        <a href="/" aria-current={isHere('/')}>
          Productions
        </a>
        <a href="/equipment" aria-current={isHere('/equipment')}>
          Equipment
        </a>
      </nav>
      <SearchBox />
      <StatusLine />
      <span className="user">{user.name}</span>
      <button type="button" className="quiet" onClick={onLeave}>
        Sign out
      </button>
    </header>
  )
}
