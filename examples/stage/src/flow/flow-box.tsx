/** A device in the picture. */
import { memo } from 'react'
import { useChangesOfOthers, useMark } from '../fields/use-mark.ts'
import { useCrew } from '../sync/crew-context.ts'
import { kindName } from '../sync/devices.tsx'
import type { AnyRow } from '../sync/rows.ts'
import { type Box, BOX_WIDTH, hasLabels, HEAD_HEIGHT, portOffset } from './layout.ts'

/** As many letters of a port's label as fit. */
const LABEL_LETTERS = 10
/** Beside the text. */
const MARGIN = 10
/** Room for the lamp at the end of the first line, with some air before it. */
const LAMP = 16

interface FlowBoxProps {
  readonly box: Box
  readonly isTraced: boolean
  readonly isSelected: boolean
  onSelect(id: string): void
  onPoint(id: string | undefined): void
}

export const FlowBox = memo(function FlowBox({ box, isTraced, isSelected, onSelect, onPoint }: FlowBoxProps) {
  const { node, x, y, height } = box
  const { id, name, model, row } = node.device
  const { user } = useCrew()
  const isMarked = useMark(useChangesOfOthers(row, (now: AnyRow) => now['lastModifiedBy'] === user.id))
  const status = row['status'] as string | undefined
  const detail = detailOf(row)
  return (
    <g
      className={`box${isMarked ? ' is-marked' : ''}`}
      // Through the style, so that it moves there.
      style={{ transform: `translate(${x}px, ${y}px)` }}
      role="button"
      tabIndex={0}
      aria-pressed={isSelected}
      aria-label={[kindName(model), name, status].filter(Boolean).join(', ')}
      data-device={id}
      data-status={status}
      data-traced={isTraced || undefined}
      onClick={() => onSelect(id)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        onSelect(id)
      }}
      onPointerEnter={(event) => event.pointerType === 'mouse' && onPoint(id)}
      onPointerLeave={() => onPoint(undefined)}
    >
      <title>{name}</title>
      <rect width={BOX_WIDTH} height={height} rx={3} />
      {status !== undefined && <circle className="lamp" cx={BOX_WIDTH - 13} cy={13} r={4} />}
      {/* Only HTML ends a text that is too long with an ellipsis. */}
      <foreignObject
        x={MARGIN}
        y={0}
        width={BOX_WIDTH - 2 * MARGIN - (status === undefined ? 0 : LAMP)}
        height={HEAD_HEIGHT}
      >
        <div className="box-text">
          <span className="name" dir="auto">
            {name}
          </span>
          {detail !== '' && (
            <span className="detail" dir="auto">
              {detail}
            </span>
          )}
        </div>
      </foreignObject>
      {hasLabels(node) && <path className="rule" d={`M0 ${HEAD_HEIGHT}H${BOX_WIDTH}`} />}
      {hasLabels(node) &&
        node.inputs.map((label) => (
          <text key={label} className="port" x={10} y={portOffset(node, 'inputs', label) + 4}>
            {shortened(label)}
          </text>
        ))}
      {hasLabels(node) &&
        node.outputs.map((label) => (
          <text
            key={label}
            className="port"
            x={BOX_WIDTH - 10}
            y={portOffset(node, 'outputs', label) + 4}
            textAnchor="end"
          >
            {shortened(label)}
          </text>
        ))}
    </g>
  )
})

/** What tells a device from others of its kind: where it stands, who is at it, where it leads. */
function detailOf(row: AnyRow): string {
  const fields = ['position', 'location', 'platform', 'codec', 'address', 'type', 'showFile']
  return String(fields.map((field) => row[field]).find(Boolean) ?? '')
}

/** In isolation, so that the dots stand at its end in whatever direction it runs. */
function shortened(label: string): string {
  const isLong = label.length > LABEL_LETTERS
  return `\u2068${isLong ? `${label.slice(0, LABEL_LETTERS - 1).trimEnd()}…` : label}\u2069`
}
