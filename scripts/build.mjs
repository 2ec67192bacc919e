// Builds the app when a source changed.
import { build, generateClient } from './lib/prepare.mjs'

await generateClient()
await build()
