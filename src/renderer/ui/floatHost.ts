/** Where floating things are mounted: the page, or the modal dialog they belong to (outside of it nothing can be reached). */
import { createContext, useContext } from 'react';

export const FloatHost = createContext<HTMLElement | null>(null);
export const useFloatHost = (): HTMLElement => useContext(FloatHost) ?? document.body;
