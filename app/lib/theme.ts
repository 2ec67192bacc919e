export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** A cookie, not local storage: the server then sends the page in the right colours, and nothing flashes. */
export const THEME_COOKIE = 'theme'

export const asTheme = (value: string | undefined): Theme => THEMES.find((t) => t === value) ?? 'system'

export function setTheme(theme: Theme): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and over plain http
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=31536000; samesite=lax`
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
