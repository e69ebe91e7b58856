/** The colour of a function as the flame chart draws it: hollow when written in C, lined when it is several or not known. */
import type { FunctionInfo } from '../../shared/contract/functions.ts';
import { functionColour } from '../theme/functionColours.ts';
import { useTheme } from '../theme/theme.ts';

export function FunctionDot({ fn }: { fn: FunctionInfo | null }) {
  const theme = useTheme();
  if (fn === null || fn.idx === 0) return <i className="dot dot--several" />;
  if (fn.builtin) return <i className="dot dot--hollow" />;
  return <i className="dot" style={{ background: functionColour(fn, theme) }} />;
}
