import { expect, test } from 'vitest'
import { refusal } from './refusal.ts'

test.each(['forbidden', 'invalid_value', 'constraint'] as const)(
  'a record that has no id yet is named by its model alone: %s',
  (code) => {
    const create = { model: 'company', id: '', action: 'create' } as const

    const texts = [refusal(code, create), refusal(code, create, { field: 'name' })]

    for (const { message } of texts) expect(message).toMatch(/`company`(?! *`)/)
    expect(refusal(code, { ...create, id: '7' }).message).toContain('`company` `7`')
  },
)
