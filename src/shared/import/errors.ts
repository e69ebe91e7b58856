/** What a trace file says cannot be, or is not gilscope's: in words for the user. Thrown by this folder, told by src/engine/trace. */
export class TraceError extends Error {}
