import type { Shell } from './shell'

type Expression = { type: string; [key: string]: unknown }

const binary: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '||': (a, b) => Number(a !== 0 || b !== 0),
}

/** Evaluates the integer expression of `$(( … ))`. */
export function arithmetic(shell: Shell, node: { expression: unknown }): number {
  return evaluate(shell, node.expression as Expression)
}

function evaluate(shell: Shell, node: Expression): number {
  const sub = (key: string): number => evaluate(shell, node[key] as Expression)
  const variable = (name: string): number => Number.parseInt(shell.get(name) || '0', 10) || 0
  switch (node.type) {
    case 'ArithNumber':
      return node.value as number
    case 'ArithVariable':
    case 'ArithSpecialVar':
      return variable(node.name as string)
    case 'ArithBracedExpansion':
      return variable(node.content as string)
    case 'ArithGroup':
    case 'ArithNested':
      return sub('expression')
    case 'ArithUnary': {
      const value = sub('operand')
      return { '-': -value, '+': value, '!': Number(value === 0), '~': ~value }[node.operator as string] ?? value
    }
    case 'ArithTernary':
      return sub('condition') !== 0 ? sub('consequent') : sub('alternate')
    case 'ArithBinary': {
      const apply = binary[node.operator as string]
      if (!apply) break
      return apply(sub('left'), sub('right'))
    }
    case 'ArithAssignment': {
      const name = node.variable as string
      const apply = binary[(node.operator as string).slice(0, -1)]
      const value = apply ? apply(variable(name), sub('value')) : sub('value')
      shell.vars.set(name, String(value))
      return value
    }
  }
  throw shell.fatal('arithmetic expression: expecting primary')
}
