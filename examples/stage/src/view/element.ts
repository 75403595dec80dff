/** Makes elements. Text is always set as text, so what another user typed is never read as HTML. */

type Value = string | number | boolean | undefined | EventListener

/** What an element is made with: attributes, and listeners under `on…`. False and undefined leave an attribute out. */
export interface Attributes {
  readonly [name: string]: Value
}

/** Makes an element with attributes and children: `element('button', { type: 'button', onclick: save }, 'Save')`. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice('on'.length), value)
    else setAttribute(made, name, value)
  }
  made.append(...children)
  return made
}

/** Sets an attribute; true is an empty one, false and undefined remove it. */
export function setAttribute(target: Element, name: string, value: Exclude<Value, EventListener>): void {
  if (value === undefined || value === false) target.removeAttribute(name)
  else target.setAttribute(name, value === true ? '' : String(value))
}

/** Sets the text only when it differs, so that a selection inside it survives. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
