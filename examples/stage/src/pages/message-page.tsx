/** A page that only says something: nothing here, not yours, broken. */
import type { ReactNode } from 'react'
import { Heading, useTitle } from '../parts/heading.tsx'
import { PRODUCTIONS_PATH } from '../router.ts'

interface MessagePageProps {
  readonly title: string
  readonly text: string
  /** The way out. @default a link to the list of productions */
  readonly children?: ReactNode
}

export function MessagePage({ title, text, children }: MessagePageProps) {
  useTitle(title)
  return (
    <div className="message">
      <Heading>{title}</Heading>
      <p>{text}</p>
      <p>{children ?? <a href={PRODUCTIONS_PATH}>All productions</a>}</p>
    </div>
  )
}
