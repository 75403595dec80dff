/**
 * Rows of a table in blocks, of which only those near the window are on the page: a list of any length opens and
 * scrolls like a short one. What has the focus stays.
 */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** Rows of one block; a list that is not longer is one block. */
const BLOCK = 60
/** How high a row is taken to be before it has been on the page, in px. */
const ROW_PX = 64
/** Blocks closer than this to the window are on the page, in px. */
const NEAR = '1200px 0px'

interface RowBlocksProps<Row> {
  readonly rows: readonly Row[]
  readonly columns: number
  /** A row that must be on the page, if it is there. */
  readonly wanted?: string
  readonly children: (row: Row, index: number) => ReactNode
}

export function RowBlocks<Row extends { readonly id: string }>(props: RowBlocksProps<Row>) {
  const { rows, columns, wanted, children } = props
  if (rows.length <= BLOCK) return <tbody>{rows.map(children)}</tbody>
  const starts = Array.from({ length: Math.ceil(rows.length / BLOCK) }, (_, index) => index * BLOCK)
  return starts.map((start) => (
    <Block
      key={start}
      isFirst={start === 0}
      size={Math.min(BLOCK, rows.length - start)}
      columns={columns}
      isWanted={wanted !== undefined && rows.slice(start, start + BLOCK).some(({ id }) => id === wanted)}
    >
      {() => rows.slice(start, start + BLOCK).map((row, index) => children(row, start + index))}
    </Block>
  ))
}

interface BlockProps {
  readonly isFirst: boolean
  readonly isWanted: boolean
  readonly size: number
  readonly columns: number
  readonly children: () => ReactNode
}

function Block({ isFirst, isWanted, size, columns, children }: BlockProps) {
  const [isNear, setNear] = useState(isFirst)
  const body = useRef<HTMLTableSectionElement>(null)
  const height = useRef(size * ROW_PX)
  const isShown = isNear || isWanted

  useEffect(() => {
    const element = body.current
    if (!element) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return
        if (!entry.isIntersecting && element.contains(document.activeElement)) return
        if (!entry.isIntersecting) height.current = entry.boundingClientRect.height
        setNear(entry.isIntersecting)
      },
      { rootMargin: NEAR },
    )
    observer.observe(element)
    // On paper there is nothing to scroll: all of it is printed, and the observer puts back what is far away.
    const showAll = () => flushSync(() => setNear(true))
    const lookAgain = () => {
      observer.unobserve(element)
      observer.observe(element)
    }
    addEventListener('beforeprint', showAll)
    addEventListener('afterprint', lookAgain)
    return () => {
      observer.disconnect()
      removeEventListener('beforeprint', showAll)
      removeEventListener('afterprint', lookAgain)
    }
  }, [])

  return (
    <tbody ref={body}>
      {isShown ? (
        children()
      ) : (
        <tr aria-hidden="true" className="spacer">
          <td colSpan={columns} style={{ height: height.current }} />
        </tr>
      )}
    </tbody>
  )
}
