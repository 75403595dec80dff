/** How the lines of the cables that occur are drawn. */
import { cables } from '../../schema/choices.ts'
import type { FlowEdge } from './graph.ts'

export function Legend({ edges }: { readonly edges: readonly FlowEdge[] }) {
  const used = cables.filter((cable) => edges.some((edge) => edge.cable === cable))
  return (
    <ul className="legend" aria-label="Cables">
      {used.map((cable) => (
        <li key={cable}>
          <svg width="26" height="8" aria-hidden="true">
            <path className="line" data-cable={cable} d="M0 4H26" />
          </svg>
          {cable}
        </li>
      ))}
    </ul>
  )
}
