/** Looks from outside into long holds: how many a second, and how many there can be. The tracer's own default is the same (native/src/sites.c). */
export const LOOKS_HZ = 50;
export const MOST_LOOKS_HZ = 1000;
