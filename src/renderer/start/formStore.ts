/** The launch form's contents, kept while other pages are looked at. Filled from a draft, else from the last launch. */
import { create } from 'zustand';
import type { LaunchSpec } from '../../shared/contract/types.ts';
import { emptyForm, formFromSpec, type LaunchForm } from '../lib/launchForm.ts';

interface FormState {
  /** Null until settings and the engine's folder are known. */
  form: LaunchForm | null;
  begin: (last: LaunchSpec | null, cwd: string) => void;
  patch: (patch: Partial<LaunchForm>) => void;
  fill: (spec: LaunchSpec) => void;
}

export const useFormStore = create<FormState>()((set) => ({
  form: null,
  begin: (last, cwd) =>
    set((s) => (s.form === null ? { form: last === null ? emptyForm(cwd) : formFromSpec(last) } : s)),
  patch: (patch) => set((s) => (s.form === null ? s : { form: { ...s.form, ...patch } })),
  fill: (spec) => set({ form: formFromSpec(spec) }),
}));
