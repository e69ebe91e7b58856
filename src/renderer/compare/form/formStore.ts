/** The Compare form's contents, kept while other pages are looked at. Filled from a draft, else from the last comparison asked for. */
import { useEffect } from 'react';
import { create } from 'zustand';
import { useCompare } from '../../store/compare.ts';
import { useSettings } from '../../store/settings.ts';
import { useUi } from '../../store/ui.ts';
import { emptyCompareForm, formFromCompare, type CompareForm } from './form.ts';

interface FormState {
  /** Null until settings and the engine's folder are known. */
  form: CompareForm | null;
  patch: (patch: Partial<CompareForm>) => void;
}

export const useCompareForm = create<FormState>()((set) => ({
  form: null,
  patch: (patch) => set((s) => (s.form === null ? s : { form: { ...s.form, ...patch } })),
}));

/** The form, once it can be filled. */
export function useFilledForm(): CompareForm | null {
  const form = useCompareForm((s) => s.form);
  const draft = useCompare((s) => s.draft);
  const info = useUi((s) => s.info);
  const loaded = useSettings((s) => s.loaded);
  const last = useSettings((s) => s.settings.lastCompare);
  useEffect(() => {
    if (!loaded || info === null || (form !== null && draft === null)) return;
    const spec = draft ?? last;
    const { cwd, cores } = info;
    useCompareForm.setState({
      form: spec === null ? emptyCompareForm(cwd, cores) : formFromCompare(spec, cwd, cores),
    });
    if (draft !== null) useCompare.setState({ draft: null });
  }, [form, draft, info, loaded, last]);
  return form;
}
