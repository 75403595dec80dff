/** What a crew works with on the day: the cameras and the checklist. */
import { Checklist } from '../checklist/checklist.tsx'
import { cameras } from '../entities/inputs.ts'
import { Tables } from './records-page.tsx'

interface FloorPageProps {
  readonly productionId: string
  readonly target?: string
}

export function FloorPage({ productionId, target }: FloorPageProps) {
  return (
    <div className="floor">
      {/* On a small screen one list stands far below the other. */}
      <nav className="jump" aria-label="Parts of this page">
        <a href="#cameras">Cameras</a>
        <a href="#checklist">Checklist</a>
      </nav>
      <Tables kinds={[cameras]} productionId={productionId} target={target} />
      <Checklist productionId={productionId} target={target} />
    </div>
  )
}
