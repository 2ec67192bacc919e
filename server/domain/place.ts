import type { Place } from './ids'

/** The name an engineer calls a place by. */
export const placeName = (place: Place): string => ('instance' in place ? place.instance : place.host)
