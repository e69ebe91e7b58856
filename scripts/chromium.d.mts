export const HOW_TO_GET: string;
export function findChromium(): string | null;
export function ensureChromium(log?: (line: string) => void): string;
