/** The heading of what is new on the page; it takes the focus, so that readers of the screen begin there. */
import { type ReactNode, useEffect, useRef } from 'react'

interface HeadingProps {
  readonly children: ReactNode
  readonly className?: string
}

/** Leaves the focus alone while somebody works elsewhere. */
export function Heading({ children, className }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1} className={className} dir="auto">
      {children}
    </h1>
  )
}

/** Names the window after what it shows. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Stage`
  }, [title])
}
