import { paramValue } from '@/app/lib/lab/case-words'
import type { ParamField } from '@/server/domain/case'

function range({ type, min, max, choices }: ParamField): string {
  if (type === 'boolean') return 'yes or no'
  if (type === 'choice') return choices.map(({ title }) => title).join('; ')
  if (min !== null && max !== null) return `${min} to ${max}`
  if (min !== null) return `${min} or more`
  return max === null ? 'any' : `${max} or less`
}

const byDefault = (field: ParamField): string => (field.default === null ? 'none' : paramValue(field, field.default))

/** Each parameter with default, range and unit. */
export const ParamTable = ({ fields }: { fields: ParamField[] }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard
  <section className="relative overflow-x-auto" tabIndex={0} aria-label="Parameters, their defaults and ranges">
    <table className="w-full border-collapse text-left">
      <thead>
        <tr className="border-b text-muted">
          {['Parameter', 'Default', 'Range', 'Unit'].map((name) => (
            <th key={name} scope="col" className="py-1 pr-3 font-medium">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field.name} className="border-b align-top last:border-b-0">
            <th scope="row" className="py-1.5 pr-3 font-medium">
              {field.title}
              <code className="block font-mono font-normal text-muted text-xs">{field.name}</code>
            </th>
            <td className="py-1.5 pr-3">{byDefault(field)}</td>
            <td className="py-1.5 pr-3">{range(field)}</td>
            <td className="py-1.5">{field.unit ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)
