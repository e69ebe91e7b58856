/** Units of time and memory as numbers. Used by the model, the engine, the command line and the window. */

export const NS_PER_US = 1e3;
export const NS_PER_MS = 1e6;
export const NS_PER_S = 1e9;

/** Nanoseconds to seconds. */
export const toSeconds = (ns: number): number => ns / NS_PER_S;
export const toNs = (seconds: number): number => Math.round(seconds * NS_PER_S);
