/** What the engine found of its machine: asked when the page is opened and on request; what was found stays in sight meanwhile. */
import { create } from 'zustand';
import type { DoctorReport } from '../../shared/contract/types.ts';
import { call, isCancelled } from '../transport/index.ts';

interface DoctorState {
  report: DoctorReport | null;
  asking: boolean;
  error: unknown;
}

export const useDoctor = create<DoctorState>()(() => ({ report: null, asking: false, error: null }));

export async function examine(): Promise<void> {
  if (useDoctor.getState().asking) return;
  useDoctor.setState({ asking: true, error: null });
  try {
    useDoctor.setState({ report: await call('app.doctor', {}), asking: false });
  } catch (error) {
    // A lost connection has its own banner.
    useDoctor.setState({ asking: false, error: isCancelled(error) ? null : error });
  }
}
