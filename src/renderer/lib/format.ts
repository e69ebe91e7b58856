/** Numbers as the window writes them: as every page of ours does, report or window. */
export * from '../../shared/pageFormat.ts';
