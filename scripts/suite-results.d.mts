export const ABSENT: string;
export const EXIT: string;
export function readResults(xml: string): Map<string, string>;
export interface Difference {
  id: string;
  plain: string;
  recorded: string;
}
export function differences(plain: Map<string, string>, recorded: Map<string, string>): Difference[];
export interface Outcomes {
  plain: string[];
  recorded: string[];
}
export function judge(whole: Outcomes, alone: Outcomes): 'differs' | 'unsteady';
export function countText(results: Map<string, string>): string;
