/** What is asked of a comparison: the part of compare.ts that settings remember. */
import { z } from 'zod';
import { launchSpec, path, text } from './arguments.ts';

/** More columns nobody can read. */
export const MOST_VARIANTS = 12;
export const MOST_ROUNDS = 100;
export const MOST_WORKERS = 256;

/** The ways `--call` knows; the last needs Python 3.12, from which on interpreters have a GIL each. */
export const CALL_MODES = ['sequential', 'threads', 'processes', 'interpreters'] as const;
export type CallMode = (typeof CALL_MODES)[number];

const name = text(100).min(1);

/** Runs `call` ("module:function") over the same inputs in each mode, with each interpreter: a variant for each pair. */
export const callSpec = z.object({
  call: text(1000).min(3),
  /** One for each task, as Python literals; what is none is a string. One alone is given to every worker. */
  inputs: z.array(text(65536)).max(10_000),
  workers: z.number().int().min(1).max(MOST_WORKERS),
  modes: z.array(z.enum(CALL_MODES)).min(1).max(CALL_MODES.length),
  pythons: z.array(path).min(1).max(MOST_VARIANTS),
  /** Where `module` is looked for first, and the working folder. */
  cwd: path,
  engine: z.enum(['auto', 'exact', 'estimated']),
});

/** A program to be run and recorded, or a recording that is there. */
const source = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('launch'), spec: launchSpec }),
  z.object({ kind: z.literal('file'), path }),
]);

const how = {
  /** Runs of each variant, interleaved: A B A B. Recordings have one each. */
  repeat: z.number().int().min(1).max(MOST_ROUNDS),
  /** A run that takes longer is ended, and has failed; null: it may take for ever. */
  timeLimitS: z.number().min(0.1).max(1e6).nullable(),
  /** Whether variants must print the same (`--call`: give the same results). */
  checkOutput: z.boolean(),
};

export const compareSpec = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('variants'),
    variants: z.array(z.object({ name, source })).min(2).max(MOST_VARIANTS),
    ...how,
  }),
  z.object({ kind: z.literal('call'), call: callSpec, ...how }),
]);

export type CallSpec = z.infer<typeof callSpec>;
export type VariantSource = z.infer<typeof source>;
export type CompareSpec = z.infer<typeof compareSpec>;
