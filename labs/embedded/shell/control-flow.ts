/** `exit N`. */
export class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`)
  }
}

/** `return N`. */
export class Return extends Error {
  constructor(readonly code: number) {
    super(`return ${code}`)
  }
}

/** `break N`, or `continue N` with `goOn`. */
export class Break extends Error {
  constructor(
    public levels: number,
    readonly goOn: boolean,
  ) {
    super('break')
  }
}
