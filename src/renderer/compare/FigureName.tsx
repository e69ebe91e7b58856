/** The name of a figure, which explains itself where it is one of the words of the help. */
import { Term } from '../help/Term.tsx';
import type { FigureKind } from '../../shared/compare/figures.ts';

export function FigureName({ figure: { label, help, word } }: { figure: FigureKind }) {
  if (word === undefined) return <span title={help}>{label}</span>;
  return (
    <Term word={word} lead={help}>
      {label}
    </Term>
  );
}
