/** The order of test files: those that share a process follow each other, and the longest come first in each group. */
import { statSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The smallest come last: they fill the time in which another process is still busy. */
const GROUPS = ['server', 'page', 'unit']

export class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const group = ({ project }: TestSpecification) => GROUPS.indexOf(project.name)
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size
    return files.toSorted((a, b) => group(a) - group(b) || size(b) - size(a))
  }
}
