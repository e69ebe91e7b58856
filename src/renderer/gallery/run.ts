/** Runs an example: one way is recorded, several are compared. */
import { exampleCompare, exampleLaunch, isComparison } from '../../shared/examples.ts';
import type { Example } from '../../shared/contract/types.ts';
import { attempt, launch } from '../store/actions.ts';
import { startComparison } from '../store/compare.ts';
import { useSettings } from '../store/settings.ts';

/** Shows what it started; an error becomes a toast. Not remembered: the forms keep the user's own programs. */
export function runExample(example: Example, python: string): Promise<boolean> {
  if (isComparison(example)) return attempt(() => startComparison(exampleCompare(example, python)));
  // What is watched is the point of it.
  if (example.watches.length > 0) useSettings.getState().patch({ panelTab: 'refcounts' });
  return attempt(() => launch(exampleLaunch(example, example.variants[0], python), { remember: false }));
}
