/**
 * Rows in blocks, of which only those near the window are on the page: lists of any length open and scroll like short
 * ones. What has the focus stays, and so does what is dragged.
 */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** Rows of one block; lists that are not longer are one block. */
const BLOCK = 60
/** How high a row is taken to be before it has been on the page, in px. */
const ROW_PX = 64
/** Blocks closer than this to the window are on the page, in px. */
const NEAR = '1200px 0px'

interface RowBlocksProps<Row> {
  readonly rows: readonly Row[]
  /** Columns of the table that they are rows of; absent for the items of a list, which must have the role of one. */
  readonly columns?: number
  /** How many rows there are in this list and the others that it is one of. @default those of `rows` */
  readonly total?: number
  /** Whether it begins where the page does. @default true */
  readonly isFirst?: boolean
  /** A row that must be on the page, if it is there. */
  readonly wanted?: string
  readonly children: (row: Row, index: number) => ReactNode
}

export function RowBlocks<Row extends { readonly id: string }>(props: RowBlocksProps<Row>) {
  const { rows, columns, total = rows.length, isFirst = true, wanted, children } = props
  if (total <= BLOCK) return <Body columns={columns}>{rows.map(children)}</Body>
  const starts = Array.from({ length: Math.ceil(rows.length / BLOCK) }, (_, index) => index * BLOCK)
  return starts.map((start) => (
    <Block
      key={start}
      isFirst={isFirst && start === 0}
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
  readonly columns: number | undefined
  readonly children: () => ReactNode
}

function Block({ isFirst, isWanted, size, columns, children }: BlockProps) {
  const [isNear, setNear] = useState(isFirst)
  const body = useRef<HTMLElement>(null)
  const height = useRef(size * ROW_PX)
  const isShown = isNear || isWanted

  useEffect(() => {
    const element = body.current
    if (!element) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return
        if (!entry.isIntersecting && isHeld(element)) return
        if (!entry.isIntersecting) height.current = entry.boundingClientRect.height
        setNear(entry.isIntersecting)
      },
      // The window, and a list that is scrolled by itself.
      { rootMargin: NEAR, scrollMargin: NEAR },
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
    <Body columns={columns} toElement={(element) => (body.current = element)}>
      {isShown ? children() : <Spacer columns={columns} height={height.current} />}
    </Body>
  )
}

interface BodyProps {
  readonly columns: number | undefined
  readonly children: ReactNode
  toElement?(element: HTMLElement | null): void
}

/** The items of a list that stand in one block are no list of their own. */
function Body({ columns, toElement, children }: BodyProps) {
  if (columns !== undefined) return <tbody ref={toElement}>{children}</tbody>
  return (
    <ul role="presentation" ref={toElement}>
      {children}
    </ul>
  )
}

function Spacer({ columns, height }: { readonly columns: number | undefined; readonly height: number }) {
  if (columns === undefined) return <li aria-hidden="true" className="spacer" style={{ height }} />
  return (
    <tr aria-hidden="true" className="spacer">
      <td colSpan={columns} style={{ height }} />
    </tr>
  )
}

/** Whether somebody is in it, or drags a row of it. */
function isHeld(element: HTMLElement): boolean {
  return element.contains(document.activeElement) || element.querySelector('.is-dragged') !== null
}
