/** From an example of the gallery to what is launched or compared, and back. Pure; used by the window and the command line. */
import type { CompareSpec } from './contract/compare.ts';
import type { Example, ExampleVariant, LaunchSpec } from './contract/types.ts';
import { compareVersions } from './interpreters.ts';

/** Several ways of one thing, to be seen side by side. */
export const isComparison = (example: Example): boolean => example.variants.length > 1;

/** Whether there is something to see on this version of Python. */
export const showsOn = ({ minPython }: Example, version: string | null): boolean =>
  minPython === null || (version !== null && compareVersions(version, minPython) <= 0);

export const exampleLaunch = (example: Example, { script, args }: ExampleVariant, python: string): LaunchSpec => ({
  python,
  args: [script, ...args],
  cwd: example.folder,
  env: {},
  engine: 'auto',
  ...(example.functions && { functions: true }),
  ...(example.watches.length > 0 && { watches: example.watches }),
});

export const exampleCompare = (example: Example, python: string): CompareSpec => ({
  kind: 'variants',
  variants: example.variants.map((variant) => ({
    name: variant.name,
    source: { kind: 'launch', spec: exampleLaunch(example, variant, python) },
  })),
  repeat: example.repeat,
  timeLimitS: null,
  checkOutput: false,
});

/** What the slider stands at when nobody has moved it, in milliseconds; null: there is none. */
export const sliderDefault = ({ slider, variants }: Example): number | null =>
  slider === null ? null : Number(variants[slider.variant].args[slider.arg]);

/** The example with its slider at `ms`, which the variant is named after; no two are called the same. */
export function atSlider(example: Example, ms: number): Example {
  const { slider } = example;
  if (slider === null) return example;
  const taken = example.variants.some(({ name }, i) => i !== slider.variant && name === `${ms} ms`);
  const name = taken ? `${ms} ms (2)` : `${ms} ms`;
  const variants = example.variants.map((variant, i) =>
    i === slider.variant ? { ...variant, name, args: variant.args.with(slider.arg, String(ms)) } : variant,
  );
  return { ...example, variants };
}

/** These are appended to the arguments of every variant: a size, a time. */
export const withArguments = (example: Example, more: readonly string[]): Example => ({
  ...example,
  variants: example.variants.map((variant) => ({ ...variant, args: [...variant.args, ...more] })),
});

/** A command ([python, script, ...]) is of a variant if it begins as the variant does; where the slider is, anything goes. */
function isOf(command: readonly string[], { slider, variants }: Example, nth: number): boolean {
  const { script, args } = variants[nth];
  const free = slider?.variant === nth ? slider.arg : -1;
  return command[1] === script && args.every((arg, i) => i === free || command[i + 2] === arg);
}

/** The example that these commands are all of: of those the one with fewest other ways. Null: they are of none. */
export function exampleOf(commands: readonly (readonly string[])[], examples: readonly Example[]): Example | null {
  const found = examples.filter(
    (example) =>
      commands.length > 0 &&
      commands.every((command) => example.variants.some((_, nth) => isOf(command, example, nth))),
  );
  return found.sort((a, b) => a.variants.length - b.variants.length)[0] ?? null;
}
