/** Where the tRPC API is. */
export const API_URL = '/api/trpc'

/** What a query that goes alone (`ALONE`) asks for: to the letter what the client makes of it, for the browser to match. */
export const queryUrl = (path: string, input: unknown): string =>
  `${API_URL}/${path}?input=${encodeURIComponent(JSON.stringify(input))}`
