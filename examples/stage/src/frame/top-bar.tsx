/** The bar above every page: where to go, search, the connection, who is signed in. */
import { PRODUCTIONS_PATH, useAddress } from '../router.ts'
import { SearchBox } from '../search/search-box.tsx'
import { useCrew } from '../sync/crew-context.ts'
import { StatusLine } from './status-line.tsx'
import { useInSight } from './use-in-sight.ts'

export function TopBar({ onLeave }: { onLeave(): void }) {
  const { user } = useCrew()
  const { path } = useAddress()
  const [bar, isInSight] = useInSight<HTMLElement>()
  const isHere = (address: string) => {
    if (path === address) return 'page'
    return path.startsWith(`${address}/`) ? 'true' : undefined
  }
  return (
    <header ref={bar} className="top" data-in-sight={isInSight ? 'yes' : 'no'}>
      <a href={PRODUCTIONS_PATH} className="home">
        Stage
      </a>
      <nav aria-label="Main">
        <a href={PRODUCTIONS_PATH} aria-current={isHere(PRODUCTIONS_PATH)}>
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
