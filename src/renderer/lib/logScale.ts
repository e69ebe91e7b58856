/** A slider's position 0..1 for a value on a logarithmic scale, and back. Pure; used by the switch interval's slider. */
export interface LogScale {
  low: number;
  high: number;
}

export function toPosition(value: number, { low, high }: LogScale): number {
  const bounded = Math.max(low, Math.min(high, value));
  return Math.log(bounded / low) / Math.log(high / low);
}

/** Rounded to two significant figures: nobody means 4.8312 ms. */
export function fromPosition(position: number, { low, high }: LogScale): number {
  const value = low * (high / low) ** Math.max(0, Math.min(1, position));
  return Number(value.toPrecision(2));
}
