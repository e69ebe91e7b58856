/** The examples that came with gilscope, from examples/examples.json. Used by contract.ts and cli/examples.ts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Example } from '../shared/contract/types.ts';
import { readJson } from './jsonFile.ts';
import { EXAMPLES_FOLDER } from './paths.ts';

const sentence = z.string().min(1);

const schema = z
  .object({
    id: z.string().regex(/^[a-z][a-z0-9-]*$/),
    statement: z
      .string()
      .regex(/^B\d+$/)
      .nullable(),
    question: sentence,
    title: sentence,
    text: sentence,
    look: sentence,
    expect: sentence,
    /** `args` begin with the script, relative to the folder of the list. */
    variants: z.array(z.object({ name: z.string().min(1).max(100), args: z.array(z.string()).min(1) })).min(1),
    watches: z.array(z.string()).default([]),
    functions: z.boolean().default(false),
    repeat: z.number().int().min(1).default(1),
    minPython: z.string().nullable().default(null),
    slider: z
      .object({ label: sentence, variant: z.number().int(), arg: z.number().int(), low: z.number(), high: z.number() })
      .nullable()
      .default(null),
  })
  .strict()
  .refine(({ slider, variants }) => slider === null || Number(variants[slider.variant]?.args[slider.arg + 1]) > 0, {
    message: 'the slider moves no number',
  });

/** Those whose scripts are there; none if the list itself is not. A list that is wrong is a defect, and thrown. */
export function listExamples(folder = EXAMPLES_FOLDER): Example[] {
  const read = readJson(join(folder, 'examples.json'));
  if (read === undefined) return [];
  return z
    .array(schema)
    .parse(read)
    .map((example) => ({
      ...example,
      folder,
      variants: example.variants.map(({ name, args: [script, ...args] }) => ({
        name,
        script: join(folder, script),
        args,
      })),
    }))
    .filter(({ variants }) => variants.every(({ script }) => existsSync(script)));
}
