export type PlainRow = Readonly<Record<string, unknown>>;

/** What the demo reads of an answer. */
export type PlainAnswer = {
  readonly rows: readonly PlainRow[];
  readonly next: string | null;
  readonly answer: {
    readonly version: string;
    readonly generation: number;
    readonly offsets: Readonly<Record<string, readonly number[]>>;
    readonly position: string;
    readonly freshness: {
      readonly appliedAt: string | null;
      readonly ageMs: number | null;
      readonly lagEvents: number | null;
    };
    readonly parts: { readonly batchRows: number; readonly speedRows: number };
    readonly catchingUp: boolean;
    readonly deadLetters: number;
    readonly duplicates: number;
    readonly held: number;
  };
};

const PAGE_ROWS = 10_000;

export async function ask(
  gatewayUrl: string,
  view: string,
  query: Readonly<Record<string, string>>,
): Promise<PlainAnswer> {
  const response = await fetch(`${gatewayUrl}/v1/views/${view}/rows?${new URLSearchParams(query).toString()}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`the gateway answered ${response.status}: ${text.slice(0, 1_000)}`);
  return JSON.parse(text) as PlainAnswer;
}

/** A page of all rows of a view; the cursor of the first is ''. */
export const nextPage = (gatewayUrl: string, view: string, cursor: string): Promise<PlainAnswer> =>
  ask(gatewayUrl, view, { limit: `${PAGE_ROWS}`, ...(cursor === '' ? {} : { cursor }) });
