/** Bisection. Pure. */

/** Index of the last element ≤ `value` in ascending `array`; -1 when none. */
export function lastAtOrBefore(array: Float64Array, value: number): number {
  let low = 0;
  let high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
