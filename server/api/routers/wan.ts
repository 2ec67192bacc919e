import { z } from 'zod'
import { IdSchema } from '../../domain/ids'
import { type Impairment, ImpairmentSchema } from '../../domain/impairment'
import { hasWan } from '../../domain/lab'
import { type WanLink, wanLinks } from '../../domain/wan'
import { exportWcfg, importWcfg } from '../../drivers/wanulator/link-wcfg'
import { AppError } from '../../errors'
import type { Services } from '../services'
import { procedure, router } from '../trpc'

const linkInput = z.object({ lab: IdSchema, link: IdSchema })
const text = z.string().max(200_000)

function linkOf({ labs }: Services, { lab: id, link: name }: z.infer<typeof linkInput>): WanLink {
  const lab = labs.get(id)
  const links = hasWan(lab) ? wanLinks(lab.wan) : []
  const link = links.find((candidate) => candidate.id === name)
  if (link) return link
  throw new AppError('not-found', `${lab.title} has no link "${name}"`, {
    hint: links.length > 0 ? `It has ${links.map((each) => each.id).join(', ')}.` : 'Its lab file names none.',
  })
}

/** What is in force on links, and WANulator configuration files; nothing is set here: that is a run of `link-impair`. */
export const wanRouter = router({
  /** What is in force on the links is read now, not when it is next due. */
  readAgain: procedure
    .input(z.object({ lab: IdSchema }))
    .mutation(({ ctx, input }) => ctx.services.liveStatus.readAgain(ctx.services.labs.get(input.lab).id)),
  /** A file as the form shows it, and in words what it cannot show. */
  readWcfg: procedure
    .input(linkInput.extend({ text }))
    .mutation(({ ctx, input }): { impairment: Impairment; rest: string[] } =>
      importWcfg(linkOf(ctx.services, input), input.text),
    ),
  /** The form as a file; `base`: the one that it was read from, whose other parts are kept. */
  writeWcfg: procedure
    .input(linkInput.extend({ impairment: ImpairmentSchema, base: text.optional() }))
    .mutation(({ ctx, input }): { name: string; text: string } => ({
      name: `${input.link}.wcfg`,
      text: exportWcfg(linkOf(ctx.services, input), input.impairment, input.base),
    })),
})
