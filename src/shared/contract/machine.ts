/**
 * What the window knows of the machine and of the user's choices: interpreters, running programs, recordings, folders, settings.
 * Exported by types.ts too, which tells of sessions.
 */
import type { Words } from './arguments.ts';
import type { Engine, Ns } from './basics.ts';
import type { CompareSpec } from './compareSpec.ts';

export interface Interpreter {
  path: string;
  /** "3.12.1"; null when it could not be asked. */
  version: string | null;
  implementation: string;
  /** Where it comes from, for the picker: "pyenv", "system", "venv in ~/project", "PATH". */
  source: string;
  gilEnabled: boolean | null;
  /** What it can do here. */
  engine: Engine | null;
  /** Why it cannot be used, or only estimated; null when all is well. */
  reason: string | null;
}

/** A Python process of this machine, as `gilscope ps` and the attach dialog list it. */
export interface RunningProcess {
  pid: number;
  ppid: number;
  user: string;
  /** "3.12.1", "3.12" or null when it could not be told. */
  version: string | null;
  implementation: 'cpython' | 'pypy' | 'graalpy';
  freeThreaded: boolean;
  /** The program's own file; null when we may not see it. */
  executable: string | null;
  /** Folder of the virtual environment. */
  venv: string | null;
  commandLine: string[];
  cwd: string | null;
  threads: number;
  /** Percent of one core. */
  cpuPercent: number;
  rssBytes: number;
  /** Docker, kubernetes...; null outside a container. */
  container: string | null;
  /** ISO 8601. */
  started: string;
  attachable: boolean;
  /** Why not, and what to do about it. */
  refusal: { code: string; message: string; remedy: string | null } | null;
  /** The open session that records it now. */
  session: string | null;
}

/** A program that came with gilscope and shows one thing; several ways of it are compared side by side. */
export interface Example {
  id: string;
  /** The number of the statement about the GIL that it shows: "B6"; null: worth watching for itself. */
  statement: string | null;
  /** What one asks oneself: the gallery puts examples of one question together. */
  question: string;
  title: string;
  /** The statement, in one sentence. */
  text: string;
  /** What to look for. */
  look: string;
  /** The expected picture in words, and what versions of Python change in it. */
  expect: string;
  /** The working folder. */
  folder: string;
  variants: ExampleVariant[];
  /** Objects whose reference count is sampled. Of examples with one way only. */
  watches: string[];
  /** Trace every call. Of examples with one way only. */
  functions: boolean;
  /** Runs of each variant. */
  repeat: number;
  /** "3.12": before, there is nothing to see; null: shows on every version. */
  minPython: string | null;
  slider: ExampleSlider | null;
}
export interface ExampleVariant {
  name: string;
  /** Absolute. */
  script: string;
  args: string[];
}
/** Sets an argument of one variant, in milliseconds, and is in its name. */
export interface ExampleSlider {
  label: string;
  variant: number;
  /** Index into the variant's `args`. */
  arg: number;
  low: number;
  high: number;
}

export interface Recent extends Words {
  path: string;
  /** From its command. */
  title: string;
  created: string;
  command: string[];
  wallS: number | null;
  threads: number | null;
  /** Parts of the time, all GILs together. */
  held: number | null;
  contended: number | null;
  engine: Engine | null;
  python: string | null;
  bytes: number;
  /** Verdict text of the recording, if it was finished. */
  verdict: string | null;
  exists: boolean;
  /** A gilscope, this one or another, writes into it now. */
  recording: boolean;
  spec: LaunchSpec | null;
}

export interface LaunchSpec {
  /** Absolute path of the interpreter. */
  python: string;
  /** Interpreter options and the program: ["script.py", "--x"], ["-m", "mod"], ["-c", "..."]. */
  args: string[];
  cwd: string;
  /** Variables set over the engine's own environment; null removes one. */
  env: Record<string, string | null>;
  engine: 'auto' | Engine;
  /** Trace every call from the start. */
  functions?: boolean | undefined;
  /** Looks into long holds a second; 0: none. 50 when left out. */
  looksHz?: number | undefined;
  /** Objects whose reference count is sampled from the start: "__main__:cache". */
  watches?: string[] | undefined;
}

export interface FileEntry {
  name: string;
  path: string;
  kind: 'folder' | 'file';
  bytes: number;
  modified: string;
}

/** "warn": limited; "fail": gilscope does not work without it. */
export type DoctorStatus = 'ok' | 'warn' | 'fail';

export interface DoctorCheck {
  id: string;
  /** Recording, the machine itself, keeping, showing. */
  group: 'record' | 'machine' | 'keep' | 'window';
  title: string;
  status: DoctorStatus;
  /** What is so. */
  text: string;
  /** What the user goes without; null when all is well. */
  means: string | null;
  /** What to do about it, when not ok. */
  remedy: string | null;
  /** The remedy as a command to copy, where there is one. */
  command: string | null;
}

export interface DoctorInterpreter extends Interpreter {
  status: DoctorStatus;
  /** "debug build", "free-threaded", "shared libpython", "static libpython", "stripped" (which exact recordings do not mind). */
  build: string[];
  means: string | null;
  remedy: string | null;
}
export interface DoctorReport {
  gilscope: string;
  node: string;
  platform: string;
  checks: DoctorCheck[];
  interpreters: DoctorInterpreter[];
}

export interface AppInfo {
  version: string;
  platform: string;
  shell: 'electron' | 'server';
  host: string;
  home: string;
  cwd: string;
  cores: number;
  /** Files given on the command line, to open at start. */
  open: string[];
}

/** Remembered choices; kept by the engine in one JSON file. */
export interface Settings {
  theme: 'system' | 'light' | 'dark';
  lastLaunch: LaunchSpec | null;
  /** What the Compare form was last sent with. */
  lastCompare: CompareSpec | null;
  panelHeight: number;
  panelTab: string;
  follow: boolean;
  laneHeight: 'comfortable' | 'compact' | 'auto';
  lastFolder: string | null;
  /** Where new recordings go; null: gilscope's own folder. Set by `library.setFolder`, which looks whether one can record there. */
  libraryFolder: string | null;
  /** The format chosen last, and where it was written. */
  lastExport: { format: string; folder: string } | null;
  /** How running programs are measured when one attaches to them. */
  attachEngine: LaunchSpec['engine'];
  /** Whether their calls are traced. */
  attachFunctions: boolean;
  /** How often one looks into their long holds, a second; 0: not at all. */
  attachLooksHz: number;
}

export interface LogLine {
  atNs: Ns | null;
  level: 'info' | 'warn' | 'error';
  /** "gilscope", or the process it comes from. */
  source: string;
  text: string;
}
