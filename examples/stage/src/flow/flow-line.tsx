/** A connection in the picture. One that is made while somebody looks is drawn so that it is noticed. */
import { memo, useState } from 'react'
import type { Line } from './layout.ts'

interface FlowLineProps {
  readonly line: Line
  /** Whether it comes to a picture that was there already; what it was at first holds. */
  readonly isNew: boolean
  readonly isTraced: boolean
}

export const FlowLine = memo(function FlowLine({ line: { edge, path }, isNew, isTraced }: FlowLineProps) {
  const [wasNew] = useState(isNew)
  return (
    <path
      d={path}
      className={`line${wasNew ? ' is-new' : ''}`}
      data-connection={edge.id}
      data-cable={edge.cable}
      data-live={edge.isLive || undefined}
      data-traced={isTraced || undefined}
    />
  )
})
