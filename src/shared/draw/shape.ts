/** Where and in which colours a lane is drawn; shared by draw/lane.ts and draw/bins.ts. */

/** Device pixels. */
export interface Bar {
  readonly top: number;
  readonly height: number;
  readonly dpr: number;
}

export interface LaneStyle {
  readonly colour: string;
  readonly inkOnColour: string;
}
