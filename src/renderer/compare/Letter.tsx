/** A variant's letter on its colour: the same in columns, bars, table and form. */
import { inkOn } from '../../shared/draw/colours.ts';
import { useTheme } from '../theme/theme.ts';
import { letterOf, variantColour } from '../../shared/compare/letters.ts';

export function Letter({ variant }: { variant: number }) {
  const colour = variantColour(variant, useTheme());
  return (
    <span className="compare-letter" style={{ background: colour, color: inkOn(colour) }} aria-hidden="true">
      {letterOf(variant)}
    </span>
  );
}
