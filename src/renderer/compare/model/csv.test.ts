import { expect, test } from 'vitest';
import { figureRows } from '../../../shared/compare/differences.ts';
import { variantTook } from '../../../shared/compare/testing/variants.ts';
import { differencesCsv } from './csv.ts';

test('as CSV: names quoted, figures raw', () => {
  const SLOW = variantTook('threads', [2, 1.9, 2.1, 2.2, 2]);
  const FAST = variantTook('a|b, "c"', [1, 0.9, 1.1, 1, 1]);
  const [head, wall] = differencesCsv(figureRows([SLOW, FAST]), [SLOW, FAST]).split('\r\n');
  expect(head).toContain('A threads median,A threads min,A threads max,"B a|b, ""c"" median"');
  expect(wall).toMatch(/^Wall-clock,s,2,1\.9,2\.2,1,0\.9,1\.1,0\.5,0\.409\d*,0\.578\d*,$/);
});
