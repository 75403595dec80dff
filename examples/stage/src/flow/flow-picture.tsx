/** The picture: columns of boxes and the lines between them. Lines run from left to right, as signals do. */
import {
  type FocusEvent,
  type KeyboardEvent,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { isFocusLost } from '../frame/focus.ts'
import { inSentence } from '../format.ts'
import { type DeviceModel, deviceModels } from '../sync/devices.tsx'
import { FlowBox } from './flow-box.tsx'
import { FlowLine } from './flow-line.tsx'
import type { FlowGraph, FlowNode } from './graph.ts'
import { BOX_WIDTH, layOut } from './layout.ts'
import { nextDevice } from './next-device.ts'
import type { Trace } from './trace.ts'

const LEAST_GAP = 46
const MOST_GAP = 120
/** Above the boxes, for the headings of the columns. */
const TOP = 30
const MARGIN = 2
/** Of the frame, so that the outline of a box is not cut off. */
const PADDING = 4

interface FlowPictureProps {
  readonly graph: FlowGraph
  /** What is to stand out. */
  readonly trace: Trace | undefined
  readonly selected: string | undefined
  onSelect(id: string): void
  onPoint(id: string | undefined): void
}

export function FlowPicture({ graph, trace, selected, onSelect, onPoint }: FlowPictureProps) {
  const frame = useRef<HTMLDivElement>(null)
  const room = useWidth(frame)
  const columns = useMemo(() => layOut(graph, 0).columns.length, [graph])
  const gap = Math.min(
    Math.max((room - columns * BOX_WIDTH) / Math.max(columns - 1, 1) - 1, LEAST_GAP),
    MOST_GAP,
  )
  const layout = useMemo(() => layOut(graph, gap), [graph, gap])
  const isOpen = useIsOpen()

  const focused = useFocusKept(frame, graph)

  const onKey = (event: KeyboardEvent) => {
    const id = event.target instanceof Element ? event.target.getAttribute('data-device') : null
    const next = id === null ? undefined : nextDevice(layout, graph.edges, id, event.key)
    if (next === undefined) return
    event.preventDefault()
    frame.current?.querySelector<SVGElement>(`[data-device="${CSS.escape(next)}"]`)?.focus()
  }
  const width = layout.width + 2 * MARGIN
  const height = layout.height + TOP + 2 * MARGIN
  return (
    <div
      className="picture"
      ref={frame}
      role="region"
      aria-label="Picture of the signal flow"
      tabIndex={0}
      onKeyDown={onKey}
      onFocus={focused}
    >
      <svg
        className={`${isOpen ? 'is-open' : ''}${trace ? ' is-traced' : ''}`}
        viewBox={`${-MARGIN} ${-TOP} ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-label="Devices; arrow keys follow the signal"
      >
        {layout.columns.map(({ x, nodes }) => (
          <text key={x} className="column-title" x={x} y={-14}>
            {titleOf(nodes)}
          </text>
        ))}
        <g aria-hidden="true">
          {layout.lines.map((line) => (
            <FlowLine
              key={line.edge.id}
              line={line}
              isNew={isOpen}
              isTraced={trace?.edges.has(line.edge.id) ?? false}
            />
          ))}
        </g>
        {layout.boxes.map((box) => (
          <FlowBox
            key={box.node.device.id}
            box={box}
            isTraced={trace?.devices.has(box.node.device.id) ?? false}
            isSelected={box.node.device.id === selected}
            onSelect={onSelect}
            onPoint={onPoint}
          />
        ))}
      </svg>
    </div>
  )
}

/** When the device that has the focus is deleted, the picture has it. Returns what is to hear of the focus. */
function useFocusKept(frame: { readonly current: HTMLElement | null }, graph: FlowGraph) {
  const focused = useRef<string>(null)
  useEffect(() => {
    const id = focused.current
    if (id === null || graph.nodes.has(id) || !isFocusLost()) return
    focused.current = null
    frame.current?.focus({ preventScroll: true })
  }, [frame, graph])
  return ({ target }: FocusEvent) => {
    focused.current = target.getAttribute('data-device')
  }
}

const SHORT: Record<DeviceModel, string> = {
  camera: 'Cameras',
  source: 'Sources',
  mediaServer: 'Servers',
  ccu: 'CCUs',
  router: 'Routers',
  switcher: 'Switchers',
  send: 'Sends',
  ledScreen: 'Screens',
  projectionScreen: 'Screens',
  record: 'Records',
  stream: 'Streams',
}

/** "Cameras, sources, servers". */
function titleOf(nodes: readonly FlowNode[]): string {
  const present = new Set(nodes.map(({ device }) => device.model))
  const names = [...new Set(deviceModels.filter((model) => present.has(model)).map((model) => SHORT[model]))]
  return names.map((name, index) => (index === 0 ? name : inSentence(name))).join(', ')
}

function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (!element.current) return
    setWidth(element.current.clientWidth - 2 * PADDING)
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0))
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return width
}

/** False while the picture is first drawn: only lines that come later are new. */
function useIsOpen(): boolean {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setOpen(true), 800)
    return () => clearTimeout(timer)
  }, [])
  return isOpen
}
