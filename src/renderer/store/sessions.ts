/**
 * The open sessions as the engine last told them, which one is shown, and their threads' colour slots.
 * Written by store/live.ts (pushes) only; read by every part of the window.
 */
import { create } from 'zustand';
import type { SessionInfo } from '../../shared/contract/types.ts';
import { assignSlots } from '../../shared/draw/colours.ts';
import { useSettings } from './settings.ts';
import { forgetView, viewStore } from './view.ts';

interface SessionsState {
  /** In the order they were opened. */
  order: readonly string[];
  byId: Readonly<Record<string, SessionInfo>>;
  slots: Readonly<Record<string, readonly number[]>>;
  currentId: string | null;
  put: (session: SessionInfo) => void;
  remove: (id: string) => void;
  /** Replaces all, after a (re)connection. */
  replaceAll: (sessions: readonly SessionInfo[]) => void;
  select: (id: string | null) => void;
}

const NO_SLOTS: readonly number[] = [];

function without<T>(record: Readonly<Record<string, T>>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));
}

export const useSessions = create<SessionsState>()((set, get) => ({
  order: [],
  byId: {},
  slots: {},
  currentId: null,
  put: (session) => {
    const recording = session.state === 'starting' || session.state === 'recording';
    if (recording && !(session.id in get().byId)) {
      viewStore(session.id).getState().setFollow(useSettings.getState().settings.follow);
    }
    set((state) => {
      const { id } = session;
      return {
        order: id in state.byId ? state.order : [...state.order, id],
        byId: { ...state.byId, [id]: session },
        slots: { ...state.slots, [id]: assignSlots(session.threads, state.slots[id] ?? NO_SLOTS) },
      };
    });
  },
  remove: (id) => {
    forgetView(id);
    set((state) => {
      const order = state.order.filter((other) => other !== id);
      const currentId = state.currentId === id ? (order.at(-1) ?? null) : state.currentId;
      return { order, byId: without(state.byId, id), slots: without(state.slots, id), currentId };
    });
  },
  replaceAll: (sessions) => {
    const ids = new Set(sessions.map((s) => s.id));
    for (const id of get().order) if (!ids.has(id)) get().remove(id);
    for (const session of sessions) get().put(session);
  },
  select: (id) => set({ currentId: id }),
}));

export const useSession = (id: string | null): SessionInfo | null =>
  useSessions((s) => (id === null ? null : (s.byId[id] ?? null)));

export const useCurrentSession = (): SessionInfo | null =>
  useSessions((s) => (s.currentId === null ? null : (s.byId[s.currentId] ?? null)));

/** Colour slots by ThreadIdx, for `threadColour(slot, theme)`; -1 is gilscope's own thread. */
export const useThreadSlots = (id: string): readonly number[] => useSessions((s) => s.slots[id] ?? NO_SLOTS);

/** The same outside React, for the canvas. */
export const threadSlots = (id: string): readonly number[] => useSessions.getState().slots[id] ?? NO_SLOTS;
